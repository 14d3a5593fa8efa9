import Bytes
import Projections
import Records
import Redis

// Where a partition's folding begins: at its checkpoint, whichever worker wrote it, once it agrees with the log.
extension LaneMachine {
    /// Checkpoints and all that goes with them were read.
    public mutating func checkpointsRead(_ reading: CheckpointReading, now: Int64) {
        guard reading.generation == settings.generationText else {
            for found in reading.partitions { table[found.slot].wait(notBefore: nil) }
            generationIs(reading.generation, now: now)
            return
        }
        served()
        if let time = reading.time { session?.clock.tell(time, askedAt: reading.askedAt) }
        var missing: [Int] = []
        for found in reading.partitions where table[found.slot].isReading {
            if let text = found.checkpoint {
                adopt(found, text, now: now)
            } else {
                table[found.slot].wait(notBefore: nil)
                missing.append(found.slot)
            }
        }
        if !missing.isEmpty { actions.append(.resolveMissing(missing)) }
    }

    /// Kafka or Redis did not reply meanwhile; the loss of Redis's connection is reported by `disconnected`.
    public mutating func readingFailed(_ slots: [Int], now: Int64) {
        for slot in slots where table[slot].isReading { table[slot].wait(notBefore: now + nextPause(of: slot)) }
    }

    /// Redis returned an error when it was read: that says nothing about what is there.
    public mutating func readingRefused(_ slots: [Int], _ text: [UInt8], of key: String, now: Int64) {
        let words = "\(readableText(text)) (reading \(key))"
        let remedy =
            RedisErrorCode(text.span) == .wrongType
            ? "Another program wrote that key: remove it or give it another name"
            : "Correct its configuration or this user's rights"
        let waiting = slots.filter { table[$0].isReading || table[$0].isChecking }
        switch RedisErrorCode(text.span).handling {
        case .retryLater: for slot in waiting { reload(slot, notBefore: now + nextPause(of: slot)) }
        case .reconnect: reconnectLater("Redis refused a read: \(words)", now: now)
        case .stop:
            for slot in waiting {
                halt(
                    slot, .serverRefuses,
                    "Redis refuses to let this worker read what it needs of \(table[slot].name): \(words). \(remedy), then restart "
                        + "the worker.")
            }
        }
    }

    private mutating func adopt(_ found: CheckpointReading.Found, _ text: [UInt8], now: Int64) {
        let slot = found.slot
        guard let checkpoint = Checkpoint(text: text) else {
            halt(
                slot, .checkpointLost,
                "the checkpoint of \(table[slot].name) holds something that Lantern did not write: \(readableText(text)). Another program writes lantern:* keys. Stop it, and build the views again (`lantern run --fresh \(settings.plan.name)`)."
            )
            return
        }
        let before = table[slot].checkpoint
        if isDamaged(slot, found: found.damage, at: checkpoint.next) {
            // Requests are answered behind its fence.
            table[slot].adopt(checkpoint, text: text)
            return
        }
        if let unresolved = before.unresolved {
            report(.outcomeResolved(slot: slot, wasApplied: text == unresolved.text))
        }
        table[slot].adopt(checkpoint, text: text)
        table[slot].held.parked = ParkedIndex()
        for (offset, key) in found.parked {
            table[slot].held.parked.add(offset: offset, key: settings.plan.isOrderDependent ? key : nil)
        }
        // Each event of a transactional producer may have a marker beside it.
        if !before.stored.wasRead, Int64(found.parked.count) * 2 >= checkpoint.next - found.low {
            table[slot].held.parkedBefore = found.parked.count
        }
        if let acknowledged = before.acknowledged, checkpoint.next < acknowledged {
            rewind(slot, from: acknowledged, to: checkpoint.next)
        } else if before.stored.wasRead, text != before.stored.text, checkpoint.writer != settings.writer {
            // (What this writer wrote itself is the late end of some transaction of unknown outcome.)
            lost(slot, to: checkpoint.writer, now: now)
            return
        }
        guard beginReading(slot, checkpoint, found, now: now) else { return }
        start(slot, checkpoint, found, now: now)
    }

    private mutating func rewind(_ slot: Int, from acknowledged: Int64, to next: Int64) {
        counters.rewinds += 1
        counters.replayed += acknowledged - next
        report(.rewound(slot: slot, events: acknowledged - next))
    }

    /// Another writer moved the checkpoint: wait, then read again and continue from there.
    private mutating func lost(_ slot: Int, to writer: String, now: Int64) {
        table[slot].checkpoint.acknowledged = nil
        report(.fenced(slot: slot, by: writer))
        // Beside the live generation, a rebuild or a promotion shares the partitions as members of a group do.
        if settings.hasFixedPartitions, settings.role == .live,
            table[slot].lose(to: writer, within: settings.lossWindow, now: now) >= settings.lossesUntilHalt
        {
            halt(
                slot, .otherWriter,
                "another worker (writer \(writer)) writes \(table[slot].name) too: \(settings.lossesUntilHalt) times within "
                    + "\(settings.lossWindow / 1000) s it moved the checkpoint under this one. Stop one of them, or remove `partitions:` to use a consumer group."
            )
            return
        }
        table[slot].wait(notBefore: now + nextPause(of: slot))
    }

    /// Compares the checkpoint with the log and begins to read: at the checkpoint, or a little before it for what has to be
    /// looked at once more.
    private mutating func start(
        _ slot: Int, _ checkpoint: Checkpoint, _ found: CheckpointReading.Found, now: Int64
    ) {
        table[slot].checkpoint.acknowledged = checkpoint.next
        table[slot].feed.end = found.high
        table[slot].held.older = found.older
        table[slot].held.ledger = found.ledger
        guard agrees(slot, checkpoint, found, now: now) else { return }
        let anchor = checkpoint.anchor.flatMap { $0.offset >= found.low ? $0 : nil }
        if checkpoint.confirmed < checkpoint.next, checkpoint.confirmed < found.low {
            report(.unverified(slot: slot, from: checkpoint.confirmed, to: min(found.low, checkpoint.next)))
        }
        let expected = checkpoint.changes.flatMap { fold.isDefinedInCode && $0.offset >= found.low ? $0 : nil }
        let from = max(
            found.low,
            min(anchor?.offset ?? checkpoint.next, expected?.offset ?? checkpoint.next, checkpoint.confirmed))
        if from < checkpoint.next {
            table[slot].replay(
                Replay(anchor: anchor, expected: expected, confirmed: checkpoint.confirmed, end: checkpoint.next))
        } else {
            startFolding(slot)
        }
        place(slot, at: from)
    }

    /// Whether the log still has the checkpoint's next offset; if not, the partition halts, or waits for a leader that lags.
    private mutating func agrees(
        _ slot: Int, _ checkpoint: Checkpoint, _ found: CheckpointReading.Found, now: Int64
    ) -> Bool {
        let name = table[slot].name
        if found.low > checkpoint.next {
            halt(
                slot, .retentionPassed,
                "\(name): the next event to read is offset \(checkpoint.next), but the log begins at \(found.low): Kafka has deleted events that were never projected. Restore the topic, or accept the loss with `lantern run --fresh \(settings.plan.name) --allow-partial`."
            )
            return false
        }
        guard found.high < checkpoint.next else { return true }
        if !waitsForEnd(slot, now: now) {
            haltLog(
                slot,
                "\(name): the checkpoint's next offset is \(checkpoint.next), but the log ends at \(found.high): the topic was truncated or recreated. Restore the topic, or build the views again (`lantern run --fresh \(settings.plan.name)`)."
            )
        }
        return false
    }
}
