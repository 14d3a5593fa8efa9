/// How a topic's events are written: their encoding (bytes to fields) and their envelope (which field is what).
public struct TopicFormat: Sendable, Equatable {
    public enum Encoding: Sendable, Equatable {
        case json
        /// Avro in the frame of a schema registry.
        case avro
        /// Protobuf, by itself or in the frame of a schema registry.
        case protobuf(ProtobufTypes)
        /// The value is taken as a whole and not looked into.
        case bytes
    }

    /// Whether values and keys have schemas, which are not in them.
    public var hasSchemas: Bool {
        switch encoding {
        case .json, .bytes: false
        case .avro, .protobuf: true
        }
    }

    /// Whether a registry's frame is in front of them, or in the record's headers.
    public var isFramed: Bool {
        switch encoding {
        case .json, .bytes: false
        case .avro: true
        case .protobuf(let types): types.descriptors == nil || types.isFramed
        }
    }

    /// Whether their schemas are in a registry.
    public var needsRegistry: Bool {
        switch encoding {
        case .json, .bytes: false
        case .avro: true
        case .protobuf(let types): types.descriptors == nil
        }
    }

    public enum Envelope: String, Sendable, CaseIterable {
        case none
        case debezium
        case cloudevents
    }

    public var encoding: Encoding
    public var envelope: Envelope
    /// Kafka Connect's `{"schema": …, "payload": …}` is around all of it.
    public var isInConnect: Bool
    /// Where the data is in what the envelope holds, and may be JSON in a string; no names: all of it. nil: all of it is
    /// data as it is.
    public var data: [String]?
    /// Debezium: `before` is the whole old row (`REPLICA IDENTITY FULL`).
    public var hasWholeBefore: Bool
    /// Debezium: a truncate passes; otherwise it halts its partition.
    public var ignoresTruncate: Bool

    /// Record keys go to the same partition whatever schema they are written with.
    public var hasStableKeys = false

    public init(
        encoding: Encoding = .json, envelope: Envelope = .none, isInConnect: Bool = false, data: [String]? = nil,
        hasWholeBefore: Bool = false, ignoresTruncate: Bool = false
    ) {
        self.encoding = encoding
        self.envelope = envelope
        self.isInConnect = isInConnect
        self.data = data
        self.hasWholeBefore = hasWholeBefore
        self.ignoresTruncate = ignoresTruncate
    }

    /// Whether the value is the data, in JSON.
    public var isPlain: Bool { self == TopicFormat() }
}
