/// One record of a topic, as Kafka holds it.
public struct OracleEvent: Sendable, Equatable {
    /// A header; a null value differs from an empty one.
    public struct Header: Sendable, Equatable {
        public var name: String
        public var value: [UInt8]?

        public init(_ name: String, _ value: [UInt8]?) {
            self.name = name
            self.value = value
        }
    }

    public var topic: String
    public var partition: Int
    public var offset: Int
    /// Milliseconds since 1970, −1 where there is none.
    public var timestamp: Int
    public var key: [UInt8]?
    public var headers: [Header]
    /// nil is a tombstone.
    public var value: [UInt8]?

    public init(
        topic: String, partition: Int = 0, offset: Int, timestamp: Int, key: [UInt8]?, headers: [Header] = [],
        value: [UInt8]?
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.headers = headers
        self.value = value
    }
}
