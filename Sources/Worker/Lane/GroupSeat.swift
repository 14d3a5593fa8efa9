/// The lane's place in its consumer group, and what waits until the group has its answer.
struct GroupSeat {
    /// False with fixed partitions.
    let isMember: Bool
    /// Whether the lane knows which partitions are its own.
    var hasJoined = false
    /// Since when the group has given nothing; nil before it was asked, and once it was said.
    var joiningSince: Int64?
    var revocation: Revocation?
    /// slot → where to place it once the group has its answer.
    var delayedPlacements: [Int: Int64] = [:]
    /// slot → how far it is, for Kafka's lag tools.
    var commits: [Int: Int64] = [:]
    private(set) var rebalances: Int64 = 0
    /// False in the middle of a rebalance.
    var mayCommit = true

    /// Whether Kafka still reads the slot's partition from where it was before.
    @inline(__always)
    func delays(_ slot: Int) -> Bool { !delayedPlacements.isEmpty && delayedPlacements[slot] != nil }

    mutating func countRebalance() { rebalances += 1 }

    mutating func forget(_ slot: Int) {
        commits[slot] = nil
        delayedPlacements[slot] = nil
    }

    mutating func takeDelayedPlacements() -> [Placement] {
        defer { delayedPlacements.removeAll() }
        return delayedPlacements.map { Placement(slot: $0.key, offset: $0.value) }.sorted { $0.slot < $1.slot }
    }
}
