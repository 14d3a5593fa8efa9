import Projections
import Records

// What the group gives and takes, and what Kafka says of a partition.
extension LaneMachine {
    /// Partitions came to this lane: their checkpoints are read before anything else. Returns their slots.
    public mutating func assigned(_ given: [(topic: Int, partition: Int32)]) -> [Int] {
        session?.fence.isCurrent = false
        return given.map { topic, partition in
            var fresh = Partition(PartitionIdentity(topic: topic, partition: partition, settings))
            fresh.trust.doubt(trust.number)
            return table.add(fresh)
        }
    }

    /// Partitions are to leave. `lost`: they may already be another member's, so nothing of them is waited for.
    public mutating func revoked(_ slots: [Int], lost: Bool, now: Int64) {
        for slot in slots { table[slot].isLeaving = true }
        guard lost else {
            advance(now: now, queueIsEmpty: true)
            return
        }
        if isInFlight {
            dropConnection("partitions were lost to the group while a transaction was open", now: now)
        } else if hasBatch {
            dropBatch(notBefore: now)
        }
        forget(slots)
    }

    /// The deadline of a revocation passed: what is in flight is of unknown outcome, and resolved on a new connection.
    public mutating func revocationTimedOut(now: Int64) {
        let leaving = table.slots { $0.isLeaving }
        guard !leaving.isEmpty else { return }
        dropConnection("Redis did not reply in time to a revoked partition's transaction", now: now)
        forget(leaving)
    }

    mutating func releaseLeaving() {
        let gone = table.slots { $0.isLeaving && $0.isForgettable }
        if !gone.isEmpty { forget(gone) }
    }

    private mutating func forget(_ slots: [Int]) {
        for slot in slots {
            countDropped(slot)
            table.free(slot)
            stopsFolding(slot)
            session?.desk.forget(slot)
            if batch.isolation?.suspect?.slot == slot { batch.isolation?.suspect = nil }
        }
        actions.append(.release(slots))
    }

    /// The shell has carried out `.release` of these.
    public mutating func released(_ slots: [Int]) {
        for slot in slots { _ = side.wentOn(slot) }
        table.release(slots)
    }

    /// The reading position reached the end of the partition: transaction markers and aborted records have offsets too.
    public mutating func reachedEnd(slot: Int, offset: Int64, now: Int64) {
        // Behind events that were dropped it says nothing: their partition still waits.
        if table[slot].isRead { wentOn(slot) }
        table[slot].feed.end = offset
        switch table[slot].phase {
        // Events below this end were dropped, and come again with it.
        case .folding where table[slot].feed.isAtCeiling: break
        // A lane that stops drops what still comes: the end behind that is not its own.
        case .folding where offset >= table[slot].next && !table[slot].isLeaving && !isStopping:
            guard offset > table[slot].next else { return }
            table[slot].feed.unwrittenEnd = offset
            takeEndIfWatchable(slot)
        // An end before what was read: of another log, or told by a leader that lags.
        case .folding where offset < table[slot].next: doubt(slot)
        case .replaying(let replay): replayReachedEnd(slot, replay, offset, now: now)
        // Kafka reports it once: what cannot be used now must be reported again.
        case .checking, .waiting, .suspended, .reading, .deadLettering: table[slot].feed.needsPlacement = true
        case .folding, .halted: break
        }
    }

    private mutating func replayReachedEnd(_ slot: Int, _ replay: Replay, _ offset: Int64, now: Int64) {
        if offset < replay.end {
            if waitsForEnd(slot, now: now) { return }
            haltLog(
                slot,
                "the log of \(table[slot].name) ends at \(offset), below the checkpoint's next offset \(replay.end): "
                    + "it was truncated or recreated. Restore the topic, or build the views again "
                    + "(`lantern run --fresh \(settings.plan.name)`).")
        } else if let anchor = replay.anchor, !isCompacted(slot) {
            haltTruncated(slot, anchor.offset, "no record is there any more")
        } else {
            finishReplay(slot, replay)
            reachedEnd(slot: slot, offset: offset, now: now)
        }
    }

    mutating func takeEndIfWatchable(_ slot: Int) {
        if table[slot].checkpoint.isWatched || isWatchable(slot) { takeUnwrittenEnd(slot) }
    }

    /// The checkpoint goes to the end of the log, once the partition is watched: an end is taken as an event is.
    mutating func takeUnwrittenEnd(_ slot: Int) {
        guard let reached = table[slot].feed.unwrittenEnd, table[slot].isFolding, !table[slot].isLeaving else { return }
        let end = min(reached, table[slot].feed.ceiling)
        guard end > table[slot].next else { return }
        table[slot].position.next = end
        table.touch(slot)
    }

    /// Kafka cannot continue with a partition: nothing later of it is applied.
    public mutating func partitionFailed(slot: Int, reason: String) {
        guard !table[slot].isHalted else { return }
        halt(slot, .partitionError, "Kafka cannot continue to read \(table[slot].name): \(reason)")
    }

    /// Kafka says that the offset to be read is not in the log.
    public mutating func logRefused(_ slot: Int, now: Int64) {
        // Behind a damaged batch librdkafka reports this too: what was folded before that batch is to be written.
        guard !table[slot].isHalted else { return }
        doubt(slot)
        readAgain(slot, notBefore: now + nextPause(of: slot))
    }

    /// Kafka's library did not take these placements: they are tried again, as after a checkpoint that cannot be read.
    public mutating func placementFailed(_ slots: [Int], now: Int64) {
        for slot in slots { readAgain(slot, notBefore: now + nextPause(of: slot)) }
    }
}
