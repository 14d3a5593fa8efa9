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

/// What Kafka reports of a topic's logs.
enum TopicLogs {
    case known([LogBounds])
    /// Why there are none: the topic does not exist, say, or this user may not see it. Other topics are not concerned.
    case refused(String)
    /// Kafka does not reply.
    case unknown
}

/// What the logs of topics hold, as far as Kafka reports it: the first fault that concerns all of them ends the asking.
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

    /// The bounds of each of a topic's partitions.
    mutating func logs(of topic: String) -> TopicLogs {
        guard fault == nil else { return .unknown }
        do throws(KafkaError) {
            let count = try committed.partitionCounts(of: [topic], timeoutMilliseconds: Self.timeout)[0]
            let partitions = (0..<count).map { Int32($0) }
            // In this order: what becomes readable in between must not lie behind the end.
            let readable = try committed.ranges(
                topic: topic, partitions: partitions, timeoutMilliseconds: Self.timeout)
            let whole = try all.ranges(topic: topic, partitions: partitions, timeoutMilliseconds: Self.timeout)
            return .known(
                zip(readable, whole).map { LogBounds(low: $0.low, readable: $0.end, end: max($0.end, $1.end)) })
        } catch {
            guard Self.concernsAll(error) else { return .refused(error.message) }
            fault = error
            return .unknown
        }
    }

    /// Whether another topic would be asked for in vain, and each time for ten seconds.
    private static func concernsAll(_ error: KafkaError) -> Bool {
        switch error.code {
        case .unreachable, .timedOut, .authentication, .unsupported, .closed: true
        default: false
        }
    }
}
