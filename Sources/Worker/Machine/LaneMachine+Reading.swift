import Bytes
import Projections
import Records
import Redis

// Where a partition's folding begins: at its checkpoint, whichever worker wrote it, once it agrees with the log.
extension LaneMachine {
    /// Checkpoints and all that goes with them were read.
    public mutating func settled(_ settlement: Settlement, now: Int64) {
        guard settlement.generation == settings.generationText else {
            for partition in settlement.partitions { partitions[partition.slot].phase = .waiting(notBefore: .max) }
            generationIs(settlement.generation)
            return
        }
        proved()
        if let time = settlement.time { serverClock.tell(time, askedAt: settlement.askedAt) }
        var missing: [Int] = []
        for found in settlement.partitions where partitions[found.slot].phase == .settling {
            guard let text = found.checkpoint else {
                missing.append(found.slot)
                continue
            }
            settle(found, text: text, now: now)
        }
        if !missing.isEmpty {
            for slot in missing { partitions[slot].phase = .waiting(notBefore: .max) }
            actions.append(.resolveMissing(missing))
        }
    }

    /// Kafka or Redis did not reply while settling; the loss of Redis's connection is reported by `disconnected`.
    public mutating func settlingFailed(_ slots: [Int], now: Int64) {
        for slot in slots where partitions[slot].phase == .settling {
            partitions[slot].phase = .waiting(notBefore: now + nextBackOff(of: slot))
        }
    }

    private mutating func settle(_ found: Settlement.Partition, text: [UInt8], now: Int64) {
        let slot = found.slot
        guard let checkpoint = Checkpoint(text: text) else {
            halt(
                slot, .checkpointLost,
                "the checkpoint of \(partitions[slot].name) holds something that Lantern did not write: \(readableText(text)). Another program writes lantern:* keys; rebuild the projection."
            )
            return
        }
        if isDamaged(slot, found: found.damage, at: checkpoint.next) {
            // Requests are answered behind its fence.
            adopt(slot, checkpoint, text: text)
            return
        }
        let before = partitions[slot]
        let isOwnLateEnd = !before.sent.isEmpty && text == before.sent
        if !before.sent.isEmpty { actions.append(.report(.settledUnknown(slot: slot, wasApplied: isOwnLateEnd))) }
        adopt(slot, checkpoint, text: text)
        partitions[slot].parked = ParkedIndex()
        for (offset, key) in found.parked {
            partitions[slot].parked.add(offset: offset, key: settings.plan.isOrderDependent ? key : nil)
        }
        if checkpoint.next < before.acknowledged {
            rewind(slot, from: before.acknowledged, to: checkpoint.next)
        } else if !before.believed.isEmpty, text != before.believed, checkpoint.writer != settings.writer {
            // (What this writer wrote itself is the late end of some transaction of unknown outcome.)
            lost(slot, to: checkpoint.writer, now: now)
            return
        }
        guard beginReading(slot, checkpoint, found, now: now) else { return }
        start(slot, checkpoint, found, now: now)
    }

    /// Redis returned an error when it was read: that says nothing about what is there.
    public mutating func readingRefused(_ slots: [Int], _ text: [UInt8], now: Int64) {
        let words = readableText(text)
        let waiting = slots.filter { [.settling, .checking].contains(partitions[$0].phase) }
        switch RedisErrorCode(text.span).handling {
        case .retryLater: for slot in waiting { reload(slot, notBefore: now + nextBackOff(of: slot)) }
        case .reconnect: reconnectLater("Redis refused a read: \(words)", now: now)
        case .stop:
            for slot in waiting {
                halt(
                    slot, .serverRefuses,
                    "Redis refuses to let this worker read the checkpoint of \(partitions[slot].name): \(words). Correct its configuration or this "
                        + "user's rights, then restart the worker.")
            }
        }
    }

    private mutating func adopt(_ slot: Int, _ checkpoint: Checkpoint, text: [UInt8]) {
        partitions[slot].sent = []
        partitions[slot].believed = text
        partitions[slot].believedNext = checkpoint.next
        partitions[slot].believedConfirmed = checkpoint.confirmed
        partitions[slot].next = checkpoint.next
        partitions[slot].passed = -1
        partitions[slot].anchor = checkpoint.anchor
        partitions[slot].changes = checkpoint.changes
        partitions[slot].time = checkpoint.time
        partitions[slot].atEnd = checkpoint.atEnd
        partitions[slot].believedAtEnd = checkpoint.atEnd
    }

    private mutating func rewind(_ slot: Int, from acknowledged: Int64, to next: Int64) {
        partitions[slot].rewinds += 1
        counters.rewinds += 1
        counters.replayed += acknowledged - next
        actions.append(.report(.rewound(slot: slot, events: acknowledged - next)))
    }

    /// Another writer moved the checkpoint: wait, then read again and continue from there.
    private mutating func lost(_ slot: Int, to writer: String, now: Int64) {
        partitions[slot].acknowledged = -1
        actions.append(.report(.fenced(slot: slot, by: writer)))
        if settings.hasFixedPartitions {
            partitions[slot].losses.removeAll { now - $0.at > settings.lossWindow }
            partitions[slot].losses.append(.init(at: now, writer: writer))
            if partitions[slot].losses.count(where: { $0.writer == writer }) >= settings.lossesUntilHalt {
                halt(
                    slot, .otherWriter,
                    "another worker (writer \(writer)) writes \(partitions[slot].name) too: \(settings.lossesUntilHalt) times within "
                        + "\(settings.lossWindow / 1000) s it moved the checkpoint under this one. Give the partitions to one worker only, or use a consumer group."
                )
                return
            }
        }
        partitions[slot].phase = .waiting(notBefore: now + nextBackOff(of: slot))
    }

    /// Compares the checkpoint with the log and begins to read: at the checkpoint, or a little before it for what has to be
    /// looked at once more.
    private mutating func start(_ slot: Int, _ checkpoint: Checkpoint, _ found: Settlement.Partition, now: Int64) {
        partitions[slot].acknowledged = checkpoint.next
        partitions[slot].end = found.high
        partitions[slot].older = found.older
        partitions[slot].ledger = found.ledger
        partitions[slot].haltedAt = nil
        let name = partitions[slot].name
        if found.low > checkpoint.next {
            halt(
                slot, .retentionPassed,
                "\(name): the next event to read is offset \(checkpoint.next), but the log begins at \(found.low): Kafka has deleted events that were never projected. Rebuild the projection, or accept the loss with `lantern run --fresh \(settings.plan.name) --allow-partial`."
            )
            return
        }
        if found.high < checkpoint.next {
            if waitsForEnd(slot, now: now) { return }
            haltLog(
                slot,
                "\(name): the checkpoint's next offset is \(checkpoint.next), but the log ends at \(found.high): the topic was truncated or recreated. Rebuild the projection, or restore the topic."
            )
            return
        }
        let anchor = checkpoint.anchor.flatMap { $0.offset >= found.low ? $0 : nil }
        if checkpoint.confirmed < checkpoint.next, checkpoint.confirmed < found.low {
            actions.append(
                .report(.unverified(slot: slot, from: checkpoint.confirmed, to: min(found.low, checkpoint.next))))
        }
        let expected = checkpoint.changes.flatMap { isCode && $0.offset >= found.low ? $0 : nil }
        let from = max(
            found.low,
            min(anchor?.offset ?? checkpoint.next, expected?.offset ?? checkpoint.next, checkpoint.confirmed))
        if from < checkpoint.next {
            partitions[slot].replay = Replay(
                anchor: anchor, expected: expected, confirmed: checkpoint.confirmed, end: checkpoint.next)
            partitions[slot].phase = .replaying
            place(slot, at: from)
        } else {
            startFolding(slot)
            place(slot, at: checkpoint.next)
        }
    }
}
