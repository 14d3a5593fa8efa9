/// One partition of one of a client's topics.
public struct TopicPartition: Hashable, Sendable {
    /// The topic's place in the list that the client was made with.
    public var topic: Int
    public var partition: Int32

    public init(topic: Int, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }
}

/// A partition and the offset of the next record to read there.
public struct Position: Hashable, Sendable {
    public var partition: TopicPartition
    public var offset: Int64

    public init(_ partition: TopicPartition, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }

    public init(topic: Int, partition: Int32, offset: Int64) {
        self.init(TopicPartition(topic: topic, partition: partition), offset: offset)
    }
}
