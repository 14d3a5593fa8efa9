/// A record for `ProjectionTest`.
public struct TestEvent: Sendable, Hashable {
    /// nil: the record has no key.
    public var key: String?
    /// The value's text; nil is a tombstone.
    public var value: String?
    /// The key and the value in another form than text, such as Avro: in the place of ``key`` and ``value``.
    public var keyBytes: [UInt8]?
    public var bytes: [UInt8]?
    /// nil: the projection's first topic.
    public var topic: String?
    /// Milliseconds since 1970.
    public var timestamp: Int64
    public var headers: [Header]

    /// A header; a null value differs from an empty one.
    public struct Header: Sendable, Hashable {
        public var name: String
        public var value: String?

        public init(_ name: String, _ value: String?) {
            self.name = name
            self.value = value
        }
    }

    /// A record with a JSON value.
    public init(
        key: String?, _ value: String, topic: String? = nil, timestamp: Int64 = 1_767_225_600_000,
        headers: [Header] = []
    ) {
        self.key = key
        self.value = value
        self.topic = topic
        self.timestamp = timestamp
        self.headers = headers
    }

    /// A record with a value that is not text, such as Avro in a registry's frame.
    public init(keyBytes: [UInt8]?, bytes: [UInt8], topic: String? = nil, timestamp: Int64 = 1_767_225_600_000) {
        self.init(key: nil, "", topic: topic, timestamp: timestamp)
        self.keyBytes = keyBytes
        self.bytes = bytes
        value = nil
    }

    /// A record without a value.
    public static func tombstone(
        key: String?, topic: String? = nil, timestamp: Int64 = 1_767_225_600_000
    ) -> TestEvent {
        var event = TestEvent(key: key, "", topic: topic, timestamp: timestamp)
        event.value = nil
        return event
    }
}
