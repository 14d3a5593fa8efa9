import Records

/// How far a projection's live rows have come: its generation and the checkpoints of the topics in question, as one
/// transaction read them.
public struct ProjectionVector: Sendable, Equatable {
    public struct Partition: Sendable, Equatable {
        /// The next offset; nil if there is no checkpoint.
        public var next: Int64?
        /// The timestamp of the last record passed, in milliseconds since 1970; −1 if there is none.
        public var time: Int64
        /// Distinguishes two checkpoints of one offset, between which parked events were carried out.
        public var turn: Int

        public init(next: Int64?, time: Int64 = -1, turn: Int = 0) {
            self.next = next
            self.time = time
            self.turn = turn
        }
    }

    public struct Topic: Sendable, Equatable {
        public var name: String
        /// By partition number.
        public var partitions: [Partition]

        public init(name: String, partitions: [Partition]) {
            self.name = name
            self.partitions = partitions
        }
    }

    public var projection: String
    public var generation: Int
    /// The generation's identifier.
    public var identifier: String
    public var topics: [Topic]

    public init(projection: String, generation: Int, identifier: String, topics: [Topic]) {
        self.projection = projection
        self.generation = generation
        self.identifier = identifier
        self.topics = topics
    }

    /// The projection's topic of that name; nil if it reads no such topic, or nobody asked for it.
    public func topic(_ name: String) -> Topic? { topics.first { $0.name == name } }

    /// The next offset of a partition; 0 before its first checkpoint; nil if the projection does not read the topic.
    public func next(_ topic: String, _ partition: Int32) -> Int64? {
        guard let found = self.topic(topic) else { return nil }
        let index = Int(partition)
        return found.partitions.indices.contains(index) ? found.partitions[index].next ?? 0 : 0
    }

    /// Whether its rows cannot follow those of another one: they are of another generation, or lack an event that those have.
    func isBehind(_ other: ProjectionVector) -> Bool {
        if identifier != other.identifier { return true }
        return other.topics.contains { topic in
            topic.partitions.enumerated().contains { index, partition in
                guard let wanted = partition.next, let have = next(topic.name, Int32(index)) else { return false }
                return have < wanted
            }
        }
    }

    /// The newest timestamp of a record that it has passed, in milliseconds since 1970; nil before the first.
    public var eventTime: Int64? {
        let newest = topics.flatMap(\.partitions).map(\.time).max() ?? -1
        return newest < 0 ? nil : newest
    }

    /// `orders/0@1042,1@998,payments/0@3`: the next offset of each partition that has a checkpoint.
    public var text: String {
        topics.compactMap { topic in
            let places = topic.partitions.enumerated().compactMap { index, each in each.next.map { "\(index)@\($0)" } }
            return places.isEmpty ? nil : "\(topic.name)/" + places.joined(separator: ",")
        }.joined(separator: ",")
    }
}

extension ProjectionVector {
    /// From the generation's record and the checkpoints of these topics.
    init(
        _ projection: String, _ record: GenerationRecord, _ layout: TopicLayout, _ checkpoints: [[UInt8]?]
    ) {
        var rest = checkpoints[...]
        let topics = layout.topics.map { topic in
            let own = rest.prefix(topic.count)
            rest = rest.dropFirst(topic.count)
            return Topic(
                name: topic.name,
                partitions: own.map { text in
                    guard let checkpoint = text.flatMap({ Checkpoint(text: $0) }) else { return Partition(next: nil) }
                    return Partition(next: checkpoint.next, time: checkpoint.time, turn: checkpoint.turn)
                })
        }
        self.init(
            projection: projection, generation: record.number, identifier: record.identifier, topics: topics)
    }
}
