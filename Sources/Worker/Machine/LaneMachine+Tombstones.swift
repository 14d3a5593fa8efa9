import Bytes
import Projections
import Records
import Redis

// A compacted topic keeps a tombstone for delete.retention.ms after it was first cleaned. So a lane that was at a log's
// end, or had read nothing of it yet, at a time T, has missed no deletion if it has read up to a later end within that
// time of T; then T becomes a time before that end was asked for. T is in the checkpoint (`at-end`). All times are of
// Redis's clock: for T the last one reported, which is not after it; for now the latest that it can be.
extension LaneMachine {
    /// A partition is read from its checkpoint on; false if deletions may have been missed, and it halted.
    mutating func beginReading(_ slot: Int, _ checkpoint: Checkpoint, _ found: Settlement.Partition, now: Int64) -> Bool
    {
        guard settings.plan.topics[partitions[slot].topic].isCompacted, let time = serverClock.told else { return true }
        partitions[slot].tombstoneRetention = found.tombstoneRetention
        partitions[slot].askedEndAt = now
        partitions[slot].toldEnd = nil
        // No event was read, so there is no row that could miss its deletion: reading begins now.
        if checkpoint.anchor == nil { partitions[slot].atEnd = time }
        if found.high > checkpoint.next, let since = lateness(slot, now: now) {
            halt(
                slot, .tombstonesMissed,
                "\(partitions[slot].name) is compacted, and the events from offset \(checkpoint.next) on were not read within the time for "
                    + "which the broker keeps tombstones (delete.retention.ms=\(found.tombstoneRetention ?? 0)): its end was last reached, or "
                    + "its reading began, \(since / 1000) s ago. Deletions may have been missed. "
                    + "Build the views again: `lantern run --fresh \(settings.plan.name)`.")
            return false
        }
        tellEnd(slot, found.high, time)
        return true
    }

    /// How long ago nothing was missed, if that is longer than tombstones are kept.
    private func lateness(_ slot: Int, now: Int64) -> Int64? {
        guard let retention = partitions[slot].tombstoneRetention, let atEnd = partitions[slot].atEnd,
            let latest = serverClock.latest(now: now), latest - atEnd > retention
        else { return nil }
        return latest - atEnd
    }

    /// Kafka told these ends; `time` is one before it was asked.
    public mutating func endsTold(_ ends: [(slot: Int, end: Int64)], time: Int64) {
        for (slot, end) in ends where partitions[slot].phase == .folding { tellEnd(slot, end, time) }
    }

    private mutating func tellEnd(_ slot: Int, _ end: Int64, _ time: Int64) {
        partitions[slot].toldEnd = (end, time)
        // What is folded and not sent may come too late: that is seen when it is sent.
        if !partitions[slot].isTouched { reachToldEnd(slot) }
    }

    /// The checkpoint that is written, or stored, is at the reported end, or after it.
    mutating func reachToldEnd(_ slot: Int) {
        guard let told = partitions[slot].toldEnd, partitions[slot].next >= told.offset else { return }
        partitions[slot].toldEnd = nil
        partitions[slot].atEnd = told.time
    }

    /// Before a transaction: whether something in it was read too late. Then it is not sent; reading the checkpoint again halts.
    func isLate(now: Int64) -> Bool {
        serverClock.told != nil
            && watched.contains {
                partitions[$0].isWatched && partitions[$0].isTouched && lateness($0, now: now) != nil
            }
    }

    /// With the heartbeat: which ends to ask for again, whether or not the partitions are idle.
    mutating func askEndsIfDue(now: Int64) {
        guard serverClock.told != nil else { return }
        let due = slots.filter { slot in
            let it = partitions[slot]
            guard it.phase == .folding, it.toldEnd == nil, !it.isLeaving, settings.plan.topics[it.topic].isCompacted
            else {
                return false
            }
            let renewal = it.tombstoneRetention.map { min(settings.endRenewal, max(settings.heartbeat, $0 / 4)) }
            return now - it.askedEndAt >= renewal ?? settings.endRenewal
        }
        guard !due.isEmpty else { return }
        for slot in due { partitions[slot].askedEndAt = now }
        actions.append(.askEnds(due))
    }

    /// TIME's reply: seconds and microseconds.
    mutating func timeAnswered(_ reply: borrowing Reply) {
        guard reply.kind == .array, reply.count == 2, let seconds = Int64(reply.element(0).bytes.readable),
            let micros = Int64(reply.element(1).bytes.readable)
        else { return }
        serverClock.tell(seconds * 1_000 + micros / 1_000, askedAt: timeAskedAt)
    }
}
