/// How a lane's transactions ended since it started.
public struct TransactionFigures: Sendable, Equatable {
    public var applied: Int64 = 0
    /// Somebody else had moved a checkpoint or the generation.
    public var fenced: Int64 = 0
    /// Redis refused them, and nothing was applied.
    public var refused: Int64 = 0
    /// The connection was gone before the reply.
    public var unknown: Int64 = 0
    /// A row could not take its change.
    public var damaged: Int64 = 0

    public init() {}

    public mutating func add(_ other: TransactionFigures) {
        applied += other.applied
        fenced += other.fenced
        refused += other.refused
        unknown += other.unknown
        damaged += other.damaged
    }
}
