import Projections

// Events whose schema is not here yet.
extension LaneMachine {
    /// The partition waits alone, and what it is waiting for is shown. What is folded of it goes to Redis first, so that
    /// nothing of the other partitions is folded again.
    @inline(never)
    mutating func awaitSchema(_ slot: Int, _ words: String, now: Int64) -> Offer {
        if table[slot].checkpoint.isTouched {
            batch.slotAwaitingFence = slot
            return .later
        }
        refused(slot, words)
        readAgain(slot, notBefore: now + nextPause(of: slot))
        table[slot].feed.awaitsSchema = true
        return .taken
    }

    /// Some schema has come, or there is another reason why not: the pauses of those that wait for one are over.
    public mutating func schemasChanged(now: Int64) {
        for slot in slots where table[slot].feed.awaitsSchema {
            table[slot].feed.awaitsSchema = false
            if case .waiting(let notBefore) = table[slot].phase, notBefore > now { reload(slot, notBefore: now) }
        }
    }
}
