/// A topic that a projection reads, with its options.
public struct Topic: Sendable, Hashable {
    /// What is around an event's data (<doc:Formats>).
    public enum Envelope: Sendable, Hashable {
        case none
        /// `{"schema": …, "payload": …}` of Kafka Connect's JsonConverter.
        case connect
        /// Change events: `$.a` is a column of the row, `{@op}` what happened to it.
        case debezium
        /// Change events in `{"schema": …, "payload": …}`.
        case debeziumInConnect
        case cloudEvents
    }

    /// How values and the columns of record keys are written (<doc:Schemas>).
    public enum Encoding: Sendable, Hashable {
        case json
        /// Avro in the frame of a schema registry.
        case avro
        /// Protobuf in the frame of a schema registry that gives descriptors.
        case protobuf
        /// Protobuf that these descriptors describe, the bytes of a file of `protoc --include_imports --descriptor_set_out`.
        ///
        /// `message` is the full name of the values' message; it may be nil if a registry's frame is in front of each value
        /// (`isFramed`), which says which message it is.
        case describedProtobuf(descriptors: [UInt8], message: String? = nil, isFramed: Bool = false)
        /// The value is taken as a whole and not looked into.
        case bytes
    }

    public var name: String
    /// The path whose text the record key must be, for instance `$.orderId`: checked for each event that changes
    /// something, and supplied by the record key in tombstones.
    public var key: String?
    /// The paths that are the columns of the record key, which is written as values are, for instance `["$.id"]`: checked and
    /// supplied in the same way.
    public var keyColumns: [String]
    /// The topic is compacted: only views whose rows are written whole may read it.
    public var isCompacted: Bool
    public var encoding: Encoding
    /// A key's partition does not depend on the id of its schema.
    public var hasStableKeys: Bool
    public var envelope: Envelope
    /// Where the data is in the value (`$`: all of it); a string there is parsed as JSON.
    public var data: String?
    /// Change events: the old row is there whole (`REPLICA IDENTITY FULL`).
    public var hasWholeBefore: Bool
    /// Change events: a truncate is an event like others; otherwise it halts its partition.
    public var ignoresTruncate: Bool

    public init(
        _ name: String, key: String? = nil, keyColumns: [String] = [], isCompacted: Bool = false,
        encoding: Encoding = .json, hasStableKeys: Bool = false, envelope: Envelope = .none, data: String? = nil,
        hasWholeBefore: Bool = false, ignoresTruncate: Bool = false
    ) {
        self.name = name
        self.key = key
        self.keyColumns = keyColumns
        self.isCompacted = isCompacted
        self.encoding = encoding
        self.hasStableKeys = hasStableKeys
        self.envelope = envelope
        self.data = data
        self.hasWholeBefore = hasWholeBefore
        self.ignoresTruncate = ignoresTruncate
    }
}

/// What may be among a projection's topics: a name, or a `Topic`.
public protocol TopicConvertible {
    var topic: Topic { get }
}

extension Topic: TopicConvertible {
    public var topic: Topic { self }
}

extension String: TopicConvertible {
    public var topic: Topic { Topic(self) }
}
