import Bytes

/// The WATCH that a transaction relies on, and the comparison without which WATCH is no fence.
struct Fence: ~Copyable {
    enum State {
        /// No WATCH is active that the lane relies on.
        case absent
        /// WATCH and MGET are on their way.
        case asked
        /// WATCH returned OK, and every value is as expected.
        case held
    }

    var state = State.absent
    /// WATCH and MGET, encoded: the same ones are sent again while the same partitions fold.
    private(set) var commands = CommandBuffer(capacity: 4096)
    /// Whether the partitions that fold are those that `commands` name.
    var isCurrent = false

    /// Names what is watched.
    mutating func encode(_ generationKey: String, _ table: PartitionTable) {
        isCurrent = true
        commands.removeAll()
        for name in ["WATCH", "MGET"] {
            commands.begin(2 + table.watched.count)
            commands.argument(text: name)
            commands.argument(text: generationKey)
            for slot in table.watched { commands.argument(table[slot].identity.checkpointKey) }
        }
    }
}
