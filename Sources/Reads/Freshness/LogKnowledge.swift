/// What Kafka said of the ends of logs, and when it was asked: what a reader of committed records could read at that time.
public struct LogKnowledge: Sendable {
    struct Ask: Sendable {
        /// When Kafka was asked, in nanoseconds of the monotonic clock: what was readable before lies below the ends.
        var at: Int64
        /// By partition number.
        var ends: [Int64]
        /// Generations whose rows had come further before: to them it is another log's end, or a cut one's.
        var foreign: Set<String> = []
    }

    /// How far rows of a topic had come, and when that was read, by partition number.
    private struct Reach: Sendable {
        var identifier: String
        var next: [Int64]
        var readAt: [Int64]
    }

    /// At most so many of each topic; the oldest go first.
    private static let kept = 64

    private var asks: [String: [Ask]] = [:]
    /// By topic and projection.
    private var reaches: [String: [String: Reach]] = [:]
    /// Why Kafka did not say it when it was asked last.
    private(set) var fault: String?

    public init() {}

    mutating func add(_ ends: [String: [Int64]], askedAt: Int64) {
        fault = nil
        for (topic, ends) in ends {
            var list = asks[topic] ?? []
            list.append(Ask(at: askedAt, ends: ends, foreign: foreign(to: ends, of: topic, askedAt)))
            if list.count > Self.kept { list.removeFirst(list.count - Self.kept) }
            asks[topic] = list
        }
    }

    /// Rows with that vector were read, at the latest then. Of the generation's rows no log may end before them.
    mutating func note(_ vector: ProjectionVector, readAt: Int64) {
        for topic in vector.topics {
            let next = topic.partitions.map { $0.next ?? 0 }
            var reach = reaches[topic.name]?[vector.projection]
            if reach?.identifier != vector.identifier { reach = nil }
            guard var known = reach, known.next.count == next.count else {
                reaches[topic.name, default: [:]][vector.projection] = Reach(
                    identifier: vector.identifier, next: next, readAt: next.map { _ in readAt })
                continue
            }
            for index in next.indices where next[index] > known.next[index] {
                (known.next[index], known.readAt[index]) = (next[index], readAt)
            }
            reaches[topic.name]?[vector.projection] = known
        }
    }

    private func foreign(to ends: [Int64], of topic: String, _ askedAt: Int64) -> Set<String> {
        let found = (reaches[topic] ?? [:]).values.filter { reach in
            zip(reach.next, reach.readAt).enumerated().contains { index, place in
                place.1 <= askedAt && place.0 > (ends.indices.contains(index) ? ends[index] : 0)
            }
        }
        return Set(found.map(\.identifier))
    }

    mutating func failed(_ words: String) { fault = words }

    func newest(_ topic: String) -> Ask? { asks[topic]?.last }

    /// Whether everything that was readable at some moment from `bound` on is below the checkpoints of the topic, of a generation.
    func isReached(by topic: ProjectionVector.Topic, of identifier: String, since bound: Int64) -> Bool {
        (asks[topic.name] ?? []).reversed().prefix { $0.at >= bound }.contains { ask in
            !ask.foreign.contains(identifier) && ask.missing(in: topic) == nil
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

    /// The first partition whose end lies below the checkpoint.
    func passed(by topic: ProjectionVector.Topic) -> Int? {
        topic.partitions.indices.first { index in
            (topic.partitions[index].next ?? 0) > (ends.indices.contains(index) ? ends[index] : 0)
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
