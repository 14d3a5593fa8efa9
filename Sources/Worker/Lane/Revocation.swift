import Kafka

/// Partitions that the group wants back, until this lane has let go of all of them.
struct Revocation {
    let partitions: [TopicPartition]
    let isCooperative: Bool
    let deadline: Int64
    /// Those that the lane has not let go of.
    var slots: Set<Int>

    init(_ rebalance: Rebalance, slots: Set<Int>, deadline: Int64) {
        partitions = rebalance.partitions
        isCooperative = rebalance.isCooperative
        self.deadline = deadline
        self.slots = slots
    }
}
