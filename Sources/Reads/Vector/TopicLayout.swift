/// Topics of a projection with the number of their partitions, as the live generation's growth record has them.
struct TopicLayout: Sendable, Equatable {
    struct Topic: Sendable, Equatable {
        var name: String
        var count: Int
    }

    var topics: [Topic]

    var partitionCount: Int { topics.reduce(0) { $0 + $1.count } }

    /// Each partition with its topic, in the order of the checkpoints.
    var places: [(topic: String, partition: Int32)] {
        topics.flatMap { topic in (0..<Int32(topic.count)).map { (topic.name, $0) } }
    }
}
