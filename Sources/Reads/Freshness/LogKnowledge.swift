/// What Kafka said of the ends of logs, and when it was asked: what a reader of committed records could read at that time.
public struct LogKnowledge: Sendable {
    struct Ask: Sendable {
        /// When Kafka was asked, in nanoseconds of the monotonic clock: what was readable before lies below the ends.
        var at: Int64
        /// By partition number.
        var ends: [Int64]
    }

    /// At most so many of each topic; the oldest go first.
    private static let kept = 64

    private var asks: [String: [Ask]] = [:]
    /// Why Kafka did not say it when it was asked last.
    private(set) var fault: String?

    public init() {}

    mutating func add(_ ends: [String: [Int64]], askedAt: Int64) {
        fault = nil
        for (topic, ends) in ends {
            var list = asks[topic] ?? []
            list.append(Ask(at: askedAt, ends: ends))
            if list.count > Self.kept { list.removeFirst(list.count - Self.kept) }
            asks[topic] = list
        }
    }

    mutating func failed(_ words: String) { fault = words }

    func newest(_ topic: String) -> Ask? { asks[topic]?.last }

    /// Whether everything that was readable at some moment from `bound` on is below the checkpoints of the topic.
    func isReached(by topic: ProjectionVector.Topic, since bound: Int64) -> Bool {
        (asks[topic.name] ?? []).reversed().prefix { $0.at >= bound }.contains { ask in
            ask.missing(in: topic) == nil
        }
    }
}

extension LogKnowledge.Ask {
    /// The first partition whose checkpoint lies below the end.
    func missing(in topic: ProjectionVector.Topic) -> Int? {
        ends.indices.first { index in
            let next = topic.partitions.indices.contains(index) ? topic.partitions[index].next ?? 0 : 0
            return next < ends[index]
        }
    }

    /// How many offsets lie between the checkpoints and the ends.
    func distance(to topic: ProjectionVector.Topic) -> Int64 {
        ends.indices.reduce(0) { sum, index in
            let next = topic.partitions.indices.contains(index) ? topic.partitions[index].next ?? 0 : 0
            return sum + max(0, ends[index] - next)
        }
    }
}
