public import Kafka

/// What the logs of topics hold, as far as Kafka reports it: the first fault that concerns all of them ends the asking.
public struct LogEnds: ~Copyable {
    private let timeout: Int
    private var committed: Admin
    private var all: Admin
    /// nil: not asked for.
    private var retention: LogRetention?
    /// Why Kafka does not report it; nil if it does.
    public private(set) var fault: KafkaError?

    /// `timeoutMilliseconds` is for each of Kafka's replies. With `withRetention` the bounds also say how long records are kept.
    public init(
        _ properties: [(String, String)], clientID: String, timeoutMilliseconds: Int = 10_000,
        withRetention: Bool = false
    ) throws(KafkaError) {
        let first = try Admin(properties: properties, clientID: clientID)
        let second = try Admin(properties: properties, clientID: clientID, seesOpenTransactions: true)
        committed = first
        all = second
        timeout = timeoutMilliseconds
        retention = withRetention ? LogRetention() : nil
    }

    /// The logs of these topics, asked for anew, whatever was the matter before.
    public mutating func read(_ topics: [String]) -> [String: TopicLogs] {
        fault = nil
        var found: [String: TopicLogs] = [:]
        for topic in topics where found[topic] == nil { found[topic] = logs(of: topic) }
        return found
    }

    /// The bounds of each of a topic's partitions.
    private mutating func logs(of topic: String) -> TopicLogs {
        guard fault == nil else { return .unknown }
        do throws(KafkaError) {
            let count = try committed.partitionCounts(of: [topic], timeoutMilliseconds: timeout)[0]
            let partitions = (0..<count).map { Int32($0) }
            // In this order: what becomes readable in between must not lie behind the end.
            let readable = try committed.ranges(
                topic: topic, partitions: partitions, timeoutMilliseconds: timeout)
            let whole = try all.ranges(topic: topic, partitions: partitions, timeoutMilliseconds: timeout)
            var bounds = zip(readable, whole).map {
                LogBounds(low: $0.low, readable: $0.end, end: max($0.end, $1.end))
            }
            retention?.fill(&bounds, of: topic, &committed, timeoutMilliseconds: timeout)
            return .known(bounds)
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
