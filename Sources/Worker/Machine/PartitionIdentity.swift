import Projections
import Records

/// Which partition it is, and its names.
public struct PartitionIdentity: Sendable {
    /// The topic's place in the projection's list.
    public let topic: Int
    public let partition: Int32
    public let topicName: String
    let checkpointKey: [UInt8]

    init(topic: Int, partition: Int32, _ settings: LaneSettings) {
        self.topic = topic
        self.partition = partition
        topicName = settings.plan.topics[topic].name
        checkpointKey = Array(settings.keys.checkpoint(topicName, partition).utf8)
    }

    /// `orders-3`, for people.
    public var name: String { "\(topicName)-\(partition)" }
}
