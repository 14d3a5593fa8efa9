import Bytes
import Projections
import Records
import Redis

// A compacted topic keeps a tombstone for delete.retention.ms after it was first cleaned. So a lane that was at a log's
// end, or had read nothing of it yet, at a time T, has missed no deletion if it has read up to a later end within that
// time of T; then T becomes a time before that end was asked for. T is in the checkpoint (`at-end`). All times are of
// Redis's clock: for T the last one reported, which is not after it; for now the latest that it can be.
extension LaneMachine {
    /// Redis's clock as last told.
    var serverTime: Int64? { ofSession { $0.clock.told } ?? nil }

    /// A partition is read from its checkpoint on; false if deletions may have been missed, and it halted.
    mutating func beginReading(
        _ slot: Int, _ checkpoint: Checkpoint, _ found: CheckpointReading.Found, now: Int64
    ) -> Bool {
        guard isCompacted(slot), let time = serverTime else { return true }
        table[slot].tombstones = Tombstones(retention: found.tombstoneRetention, endAskedAt: now)
        // No event was read, so there is no row that could miss its deletion: reading begins now.
        if checkpoint.anchor == nil { table[slot].position.atEnd = time }
        if found.high > checkpoint.next, let since = lateness(slot, now: now) {
            halt(
                slot, .tombstonesMissed,
                "\(table[slot].name) is compacted, and the events from offset \(checkpoint.next) on were not read within the time for "
                    + "which the broker keeps tombstones (delete.retention.ms=\(found.tombstoneRetention ?? 0)): its end was last reached, or "
                    + "its reading began, \(since / 1000) s ago. Deletions may have been missed. "
                    + "Build the views again: `lantern run --fresh \(settings.plan.name)`.")
            return false
        }
        noteEnd(found.high, of: slot, time)
        return true
    }

    /// How long ago nothing was missed, if that is longer than tombstones are kept.
    private func lateness(_ slot: Int, now: Int64) -> Int64? {
        guard let retention = table[slot].tombstones.retention, let atEnd = table[slot].position.atEnd,
            let latest = ofSession({ $0.clock.latest(now: now) }) ?? nil, latest - atEnd > retention
        else { return nil }
        return latest - atEnd
    }

    /// Kafka reported these ends; `time` is one before it was asked.
    public mutating func endsTold(_ ends: [(slot: Int, end: Int64)], time: Int64) {
        for (slot, end) in ends where table[slot].isFolding { noteEnd(end, of: slot, time) }
    }

    private mutating func noteEnd(_ end: Int64, of slot: Int, _ time: Int64) {
        table[slot].tombstones.reportedEnd = (end, time)
        // What is folded and not sent may come too late: that is seen when it is sent.
        if !table[slot].checkpoint.isTouched { table[slot].reachReportedEnd() }
    }

    /// Before a transaction: whether something in it was read too late. Then it is not sent; reading the checkpoint again halts.
    func isLate(now: Int64) -> Bool {
        table.watched.contains {
            table[$0].checkpoint.isWatched && table[$0].checkpoint.isTouched && lateness($0, now: now) != nil
        }
    }

    /// With the heartbeat: which ends to ask for again, whether or not the partitions are idle.
    mutating func askEndsIfDue(now: Int64) {
        guard serverTime != nil else { return }
        let due = table.slots { partition in
            guard partition.isFolding, partition.tombstones.reportedEnd == nil, !partition.isLeaving,
                settings.plan.topics[partition.topic].isCompacted
            else { return false }
            let quarter = partition.tombstones.retention.map { max(settings.heartbeat, $0 / 4) }
            return now - partition.tombstones.endAskedAt >= min(settings.endRenewal, quarter ?? settings.endRenewal)
        }
        guard !due.isEmpty else { return }
        for slot in due { table[slot].tombstones.endAskedAt = now }
        actions.append(.askEnds(due))
    }

    /// TIME's reply: seconds and microseconds.
    mutating func timeAnswered(_ reply: borrowing Reply) {
        guard reply.kind == .array, reply.count == 2, let seconds = Int64(reply.element(0).bytes.readable),
            let micros = Int64(reply.element(1).bytes.readable)
        else { return }
        session?.clock.tell(seconds * 1_000 + micros / 1_000)
    }
}
