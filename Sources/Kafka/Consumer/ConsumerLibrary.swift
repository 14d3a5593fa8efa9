/// librdkafka's consumer, call by call, as ``ConsumerCore`` uses it. Tests use a model of it.
package protocol ConsumerLibrary: ~Copyable {
    associatedtype Record: LogRecord & ~Copyable

    /// How many topics the consumer was made with.
    var topicCount: Int { get }
    /// How the group changes assignments.
    var rebalancing: Rebalancing { get }

    /// Takes what waits in the queue, without waiting for more, and returns how many things these are. All that was taken
    /// before must be gone. What callbacks say meanwhile is in `nextNotice`.
    mutating func fill() -> Int
    /// The partition that thing `index` is about; nil if it is about none.
    mutating func partition(at index: Int) -> TopicPartition?
    /// Hands thing `index` over; nil if it was dropped.
    mutating func take(at index: Int) -> ConsumerEvent<Record>?
    mutating func drop(at index: Int)
    /// The queue was found empty.
    mutating func drained()

    /// What a callback reported: a rebalance or an error; nil if there is nothing more.
    mutating func nextNotice() -> ConsumerEvent<Record>?

    func subscribe() throws(KafkaError)
    /// Reads exactly these.
    func assign(_ positions: [Position]) throws(KafkaError)
    func incrementalAssign(_ positions: [Position]) throws(KafkaError)
    func incrementalUnassign(_ partitions: [TopicPartition]) throws(KafkaError)
    /// Continues at these offsets in partitions that are assigned.
    func seek(_ positions: [Position]) throws(KafkaError)
    func pause(_ partitions: [TopicPartition]) throws(KafkaError)
    func resume(_ partitions: [TopicPartition]) throws(KafkaError)
    func commit(_ positions: [Position]) throws(KafkaError)
    /// Frees everything, after leaving the group if `leaving`; false if that was not done by the deadline.
    mutating func end(leaving: Bool, deadlineMilliseconds: Int) -> Bool
}

/// How a member's assignment changes.
package enum Rebalancing {
    /// There is no group.
    case none
    /// The group replaces the whole.
    case eager
    /// The group gives and takes single partitions.
    case cooperative
}
