/// What librdkafka says of itself in this process, of all of its consumers together, every 15 s.
public struct KafkaFigures: Sendable, Equatable {
    /// Brokers that every consumer of them all is connected to are counted once; nil before the first statistics.
    public var brokersUp: Int64?
    /// Bytes that were fetched and not taken yet.
    public var queuedBytes: Int64?
    /// How long brokers have held back replies.
    public var throttledSeconds: Double?
    /// Errors of the consumers, by librdkafka's name.
    public var errors: [(code: String, count: Int64)] = []

    public init() {}

    public static func == (one: KafkaFigures, other: KafkaFigures) -> Bool {
        one.brokersUp == other.brokersUp && one.queuedBytes == other.queuedBytes
            && one.throttledSeconds == other.throttledSeconds
            && one.errors.elementsEqual(other.errors) { $0 == $1 }
    }
}
