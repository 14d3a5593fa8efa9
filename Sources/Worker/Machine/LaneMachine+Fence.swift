import Bytes
import Projections
import Records
import Redis

// WATCH, MGET and the comparison of their replies: the lane that holds a fence may write what it covers.
extension LaneMachine {
    /// No WATCH is relied on: partitions may join the batch again, as many as one fence holds.
    mutating func endFence() {
        session?.fence.state = .absent
        table.unwatch()
    }

    mutating func appendFence(now: Int64) {
        endFence()
        let before = table.watched
        table.watch(
            table.chooseWatched(limit: settings.partitionsPerTransaction, preferring: batch.slotAwaitingFence))
        batch.slotAwaitingFence = nil
        for slot in table.watched { takeUnwrittenEnd(slot) }
        if session?.fence.isCurrent == false || table.watched != before {
            session?.fence.encode(settings.keys.generation, table)
        }
        session?.sendFence(now: now)
    }

    /// A fence without a transaction before it.
    mutating func askFence(now: Int64) {
        session?.send("*1\r\n$7\r\nUNWATCH\r\n", expecting: .ignored, now: now)
        appendFence(now: now)
    }

    /// The comparison without which WATCH is no fence.
    mutating func fenceAnswered(_ reply: borrowing Reply, now: Int64) {
        guard fence == .asked else { return }
        guard reply.kind == .array, reply.count == 1 + table.watched.count, session?.refusal == nil else {
            session?.refuse(reply)
            refused(now: now)
            return
        }
        let generationText = settings.generationText
        guard reply.element(0).bytes.isEqual(to: generationText.span) else {
            generationIs(reply.element(0).kind == .null ? nil : reply.element(0).bytes.array, now: now)
            return
        }
        if settings.comparesCheckpoints, !isAsStored(reply) {
            counters.fenced += 1
            dropBatch(notBefore: now)
        } else {
            session?.fence.state = .held
        }
    }

    private func isAsStored(_ reply: borrowing Reply) -> Bool {
        for (index, slot) in table.watched.enumerated() where table[slot].checkpoint.isWatched {
            let stored = table[slot].stored.text
            if !reply.element(index + 1).bytes.isEqual(to: stored.span) { return false }
        }
        return true
    }
}
