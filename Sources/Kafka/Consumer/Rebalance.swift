/// What the group decided about this member's partitions; the answer is a call of the application's.
public struct Rebalance: Sendable {
    /// What happened to `partitions`.
    public enum Kind: Sendable {
        /// They are this member's now: answer with `assign` or, if cooperative, `incrementalAssign`.
        case assigned
        /// They go to another member once this one answers with `unassign` or `incrementalUnassign`.
        case revoked
        /// They went already (session over, fenced): answer as to `revoked`, and write nothing more for them.
        case lost
    }

    public let kind: Kind
    public let partitions: [TopicPartition]
    /// Whether the partitions come on top of those held, or go from among them, instead of being all.
    public let isCooperative: Bool
    /// Counts this consumer's rebalances from 1; later ones have greater numbers.
    public let number: Int

    package init(kind: Kind, partitions: [TopicPartition], isCooperative: Bool, number: Int) {
        self.kind = kind
        self.partitions = partitions
        self.isCooperative = isCooperative
        self.number = number
    }
}
