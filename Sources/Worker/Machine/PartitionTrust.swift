import Projections
import Records

/// Whether a partition's log is still the one that its checkpoint describes, as far as the lane knows.
struct PartitionTrust: Sendable {
    /// Whether nothing has happened since its log was last seen to be that one.
    var isTrusted = false
    /// The number of its last doubt.
    private(set) var lastDoubt: UInt64 = 0
    /// A record that was seen in its log.
    private(set) var witness: Checkpoint.Anchor?
    /// Replaces the witness once the log is seen to be the same.
    private var nextWitness: Checkpoint.Anchor?
    /// Where the partition was at the last heartbeat; nil: that says nothing.
    private var nextAtHeartbeat: Int64?
    /// Since when the log seems to end before the checkpoint; nil if it does not.
    private(set) var shortSince: Int64?

    mutating func doubt(_ number: UInt64) {
        isTrusted = false
        lastDoubt = number
    }

    /// Folding begins. A lane that has just found the anchor has seen the log.
    mutating func start(_ number: UInt64, at next: Int64, seen anchor: Checkpoint.Anchor?) {
        isTrusted = anchor != nil
        // An older one is a better witness: the anchor may be of the other log already.
        if witness == nil { witness = anchor }
        lastDoubt = number
        nextAtHeartbeat = next
        shortSince = nil
    }

    /// Whether an inspection of this number began after the last doubt.
    func isAnswered(by number: UInt64) -> Bool { lastDoubt <= number }

    mutating func inspect(_ anchor: Checkpoint.Anchor?) { nextWitness = anchor }

    /// The old witness is still there, so what was read in between was read from the same log.
    mutating func isSame() { witness = nextWitness ?? witness }

    /// At a heartbeat: whether nothing was read since the last one.
    mutating func wasQuiet(at next: Int64) -> Bool {
        defer { nextAtHeartbeat = next }
        return nextAtHeartbeat == next
    }

    mutating func skipHeartbeat() { nextAtHeartbeat = nil }

    /// For how long the log has seemed too short.
    mutating func isShort(now: Int64) -> Int64 {
        let since = shortSince ?? now
        shortSince = since
        return now - since
    }
}
