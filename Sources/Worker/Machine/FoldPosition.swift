import Projections
import Records

/// How far a partition is folded, and what its next checkpoint will say of that.
struct FoldPosition: Sendable {
    /// The next offset to fold.
    var next: Int64 = 0
    /// The event that the open batch passed last; nil: none. `next` may be further: transaction markers have offsets too.
    var passed: Int64?
    /// The timestamp of the last event.
    private(set) var time: Int64 = -1
    var anchor: Checkpoint.Anchor?
    /// Of a projection in code: an event of the open batch or of an earlier one, and the hash of what it changes.
    var changes: Checkpoint.Anchor?
    /// Compacted topics: a time at which no deletion was missed.
    var atEnd: Int64?

    init() {}

    init(_ checkpoint: Checkpoint) {
        next = checkpoint.next
        time = checkpoint.time
        anchor = checkpoint.anchor
        changes = checkpoint.changes
        atEnd = checkpoint.atEnd
    }

    /// The event at `offset` is behind us.
    @inline(__always)
    mutating func pass(_ offset: Int64, _ timestamp: Int64) {
        next = offset + 1
        passed = offset
        time = timestamp
    }
}
