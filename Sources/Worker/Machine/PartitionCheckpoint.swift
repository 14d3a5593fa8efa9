import Projections
import Records

/// What of a partition is in Redis, what is on its way there, and its place in the transactions.
struct PartitionCheckpoint: Sendable {
    /// From its `next` on the open batch was folded.
    private(set) var stored = StoredCheckpoint()
    /// What the transaction in flight writes.
    private(set) var inFlight: StoredCheckpoint?
    /// What a transaction of unknown outcome writes; the next reading of the checkpoint shows whether it was applied.
    private(set) var unresolved: StoredCheckpoint?
    /// The furthest `next` that Redis acknowledged to this lane; nil before the first, and after another writer's.
    var acknowledged: Int64?
    /// In the open batch; changed by the table, which counts them.
    var isTouched = false
    /// Whether `confirmed` should be brought up to `next`, or the time at the end renewed.
    var wantsConfirmation = false
    /// Whether the fence covers it.
    var isWatched = false
    /// For choosing what to watch when there is too much.
    var lastUse: UInt64 = 0

    /// Which are watched first when there are too many.
    var urgency: Int { isTouched ? 2 : wantsConfirmation ? 1 : 0 }

    /// The checkpoint was read.
    mutating func adopt(_ checkpoint: Checkpoint, text: [UInt8]) {
        stored = StoredCheckpoint(checkpoint, text: text)
        unresolved = nil
    }

    /// It goes out with a transaction; returns its text.
    mutating func send(_ checkpoint: Checkpoint) -> [UInt8] {
        let text = checkpoint.text
        inFlight = StoredCheckpoint(checkpoint, text: text)
        isTouched = false
        wantsConfirmation = false
        return text
    }

    /// The transaction was applied.
    mutating func acknowledge() {
        guard let applied = inFlight.take() else { return }
        stored = applied
        acknowledged = applied.next
    }

    /// The transaction was not applied: what it held is folded and not sent.
    mutating func retract() {
        inFlight = nil
        isTouched = true
    }

    /// Whether the transaction was applied is unknown.
    mutating func loseTrack() {
        if let sent = inFlight.take() { unresolved = sent }
    }

    /// A request's own transaction wrote it.
    mutating func replace(_ checkpoint: Checkpoint) { stored = StoredCheckpoint(checkpoint, text: checkpoint.text) }
}
