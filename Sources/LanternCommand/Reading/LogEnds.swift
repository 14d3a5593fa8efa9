import Kafka

/// What a partition's log holds, for readers of committed records and for those who see open transactions too.
struct LogBounds: Equatable {
    /// The first offset that there still is.
    var low: Int64
    /// The last stable offset: an open transaction holds back what is behind it.
    var readable: Int64
    /// The high watermark.
    var end: Int64
}

/// What the logs of topics hold, as far as Kafka reports it: the first fault ends the asking.
struct LogEnds: ~Copyable {
    private static let timeout = 10_000

    private var committed: Admin
    private var all: Admin
    /// Why Kafka does not report it; nil if it does.
    private(set) var fault: KafkaError?

    init(_ properties: [(String, String)], clientID: String) throws(KafkaError) {
        let first = try Admin(properties: properties, clientID: clientID)
        let second = try Admin(properties: properties, clientID: clientID, seesOpenTransactions: true)
        committed = first
        all = second
    }

    /// The bounds of each of a topic's partitions; nil if Kafka does not reply.
    mutating func bounds(of topic: String) -> [LogBounds]? {
        guard fault == nil else { return nil }
        do throws(KafkaError) {
            let count = try committed.partitionCounts(of: [topic], timeoutMilliseconds: Self.timeout)[0]
            let partitions = (0..<count).map { Int32($0) }
            // In this order: what becomes readable in between must not lie behind the end.
            let readable = try committed.ranges(
                topic: topic, partitions: partitions, timeoutMilliseconds: Self.timeout)
            let whole = try all.ranges(topic: topic, partitions: partitions, timeoutMilliseconds: Self.timeout)
            return zip(readable, whole).map { LogBounds(low: $0.low, readable: $0.end, end: max($0.end, $1.end)) }
        } catch {
            fault = error
            return nil
        }
    }
}
