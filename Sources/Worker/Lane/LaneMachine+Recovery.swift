import Bytes
public import Projections
import Redis

// Whatever went wrong ends here: drop what is folded, read again, go on from what Redis says.
extension LaneMachine {
    /// Drops what is folded and not sent; its partitions are read again.
    mutating func dropBatch(notBefore: Int64) {
        changes.removeAll()
        parking.removeAll(keeping: 1 << 20)
        eventsInBatch = 0
        touchedCount = 0
        wanted = nil
        endFence()
        fenceIsCurrent = false
        var again: [Int] = []
        for slot in slots {
            let wasTouched = partitions[slot].isTouched
            partitions[slot].isTouched = false
            partitions[slot].wantsConfirmation = false
            switch partitions[slot].phase {
            case .folding, .deadLettering: again.append(slot)
            case .halted(let reason) where wasTouched && reason.code != .damaged: again.append(slot)
            default: break
            }
        }
        deadLetters.removeAll()
        for slot in again {
            partitions[slot].phase = .waiting(notBefore: notBefore)
            partitions[slot].next = partitions[slot].believedNext
        }
        pause(again)
    }

    /// Throws the connection away; what was in flight is of unknown outcome.
    mutating func dropConnection(_ reason: String, now: Int64) {
        guard link == .up else { return }
        actions.append(.disconnect)
        disconnected(reason, now: now)
    }

    /// The connection is gone. `sent` stays: the next reading of the checkpoints settles it.
    public mutating func disconnected(_ reason: String, now: Int64) {
        if link == .up { actions.append(.report(.connectionLost(reason))) }
        link = .down(retryAt: now)
        resetConnection(now: now)
    }

    private mutating func resetConnection(now: Int64) {
        expectations.removeAll()
        output.removeAll(keeping: 1 << 20)
        isInFlight = false
        waitingSince = 0
        refusal = nil
        isAttending = false
        requests.removeAll()
        retractInFlight()
        dropBatch(notBefore: now)
        // One that replays must not come to fold while there is no connection: it is settled anew as well.
        let again = slots.filter { [.settling, .replaying, .checking].contains(partitions[$0].phase) }
        for slot in again { reload(slot, notBefore: now) }
        pause(again)
    }

    /// What was in flight counts as not sent: one that halted behind it is read again too.
    private mutating func retractInFlight() {
        for slot in slots where partitions[slot].isInFlight {
            partitions[slot].isInFlight = false
            partitions[slot].isTouched = true
        }
    }

    /// A new connection is ready: role, version and transactions were checked.
    public mutating func connected(now: Int64) {
        link = .up
        connectBackOff = 0
        nextHeartbeat = now + settings.heartbeat
        actions.append(.report(.connected))
        for (key, field, value) in undelivered { sendOutside("HSET", key, field, value, now: now) }
    }

    public mutating func connectFailed(now: Int64) {
        link = .down(retryAt: now + nextConnectBackOff())
    }

    /// 0.2 s doubling to 10 s, with jitter.
    private mutating func jittered(_ backOff: Int64) -> Int64 {
        backOff / 2 + Int64.random(in: 0...backOff / 2, using: &random)
    }

    private func longer(_ backOff: Int64) -> Int64 {
        backOff == 0 ? settings.backOffFirst : min(backOff * 2, settings.backOffLast)
    }

    private mutating func nextConnectBackOff() -> Int64 {
        connectBackOff = longer(connectBackOff)
        return jittered(connectBackOff)
    }

    private mutating func nextBackOff(of slot: Int) -> Int64 {
        partitions[slot].backOff = longer(partitions[slot].backOff)
        return jittered(partitions[slot].backOff)
    }

    /// EXECABORT and its kin: nothing was applied. What comes next depends on the server's word.
    mutating func refused(now: Int64) {
        let words = refusal ?? "a refusal without words"
        let handling = refusalHandling ?? .stop
        refusal = nil
        refusalHandling = nil
        isInFlight = false
        counters.refused += 1
        for slot in slots where partitions[slot].isInFlight { partitions[slot].sent = [] }
        retractInFlight()
        actions.append(.report(.refused(words)))
        switch handling {
        case .retryLater: dropBatch(notBefore: now + nextConnectBackOff())
        case .reconnect:
            dropConnection("Redis refused: \(words)", now: now)
            link = .down(retryAt: now + nextConnectBackOff())
        case .stop:
            dropBatch(notBefore: now)
            for slot in slots where !partitions[slot].isHalted {
                halt(
                    slot, .serverRefuses,
                    "Redis refuses the transactions of \(partitions[slot].name): \(words). Correct its configuration or this user's rights, then restart the worker."
                )
            }
        }
    }

    // MARK: Damage

    /// An element of EXEC failed, or the server does not keep transactions: every partition of that transaction stops,
    /// durably, until the generation is rebuilt.
    mutating func recordDamage(_ what: String, now: Int64) {
        let struck = slots.filter { partitions[$0].isInFlight }
        for slot in struck {
            partitions[slot].isInFlight = false
            let it = partitions[slot]
            let text = "\(what); offsets \(it.believedNext) to \(it.sentNext - 1) of \(it.name)"
            damage(slot, text, now: now)
        }
        dropBatch(notBefore: now)
    }

    mutating func damage(_ slot: Int, _ text: String, now: Int64) {
        let it = partitions[slot]
        let record = (keys.damage(settings.generation), "\(it.topicName):\(it.partition)", text)
        undelivered.append(record)
        if link == .up { sendOutside("HSET", record.0, record.1, record.2, now: now) }
        halt(slot, .damaged, damageText(slot, text))
    }

    func damageText(_ slot: Int, _ text: String) -> String {
        "a row of \(partitions[slot].name) is damaged: \(text). The checkpoint has passed it, so taking the cause away is not "
            + "enough: rebuild (`lantern run --fresh \(settings.plan.name)`)."
    }

    /// Leaves something for `status`; sent with the next chance, and forgotten where too much waits.
    mutating func note(_ arguments: [String]) {
        if notes.count < 1_000 { notes.append(arguments) }
    }

    mutating func sendNotes(now: Int64) {
        guard !notes.isEmpty else { return }
        let waiting = notes
        notes.removeAll()
        for arguments in waiting { sendOutside(arguments, now: now) }
    }

    private mutating func sendOutside(_ arguments: String..., now: Int64) { sendOutside(arguments, now: now) }

    /// A command outside of the fence, its answer unread.
    private mutating func sendOutside(_ arguments: [String], now: Int64) {
        var command = CommandBuffer(capacity: 256)
        command.begin(arguments.count)
        for argument in arguments { command.argument(text: argument) }
        output.append(command.bytes.span)
        expectations.append(.ignored)
        if waitingSince == 0 { waitingSince = now }
    }

    /// The rows that a replay touched were read.
    public mutating func verified(_ slot: Int, damage found: String?, now: Int64) {
        guard partitions[slot].phase == .checking else { return }
        partitions[slot].replay = nil
        if let found {
            damage(slot, found, now: now)
            return
        }
        startFolding(slot)
        if partitions[slot].needsPlacement { place(slot, at: partitions[slot].next) }
    }

    /// What a replay touched, for the shell to check.
    public func touched(_ slot: Int) -> [TouchedEntry] { partitions[slot].replay?.changes.touchedEntries() ?? [] }

    // MARK: Settling

    /// Checkpoints and all that goes with them were read.
    public mutating func settled(_ settlement: Settlement, now: Int64) {
        guard settlement.generation == settings.generationText else {
            for partition in settlement.partitions { partitions[partition.slot].phase = .waiting(notBefore: .max) }
            generationIs(settlement.generation)
            return
        }
        var missing: [Int] = []
        for found in settlement.partitions where partitions[found.slot].phase == .settling {
            guard let text = found.checkpoint else {
                missing.append(found.slot)
                continue
            }
            settle(found, text: text, wallClock: settlement.wallClock, now: now)
        }
        if !missing.isEmpty {
            for slot in missing { partitions[slot].phase = .waiting(notBefore: .max) }
            actions.append(.resolveMissing(missing))
        }
    }

    /// Kafka or Redis did not answer while settling; Redis's loss is told by `disconnected`.
    public mutating func settlingFailed(_ slots: [Int], now: Int64) {
        for slot in slots where partitions[slot].phase == .settling {
            partitions[slot].phase = .waiting(notBefore: now + nextBackOff(of: slot))
        }
    }

    private mutating func settle(
        _ found: Settlement.Partition, text: [UInt8], wallClock: Int64, now: Int64
    ) {
        let slot = found.slot
        guard let checkpoint = Checkpoint(text: text) else {
            halt(
                slot, .checkpointLost,
                "the checkpoint of \(partitions[slot].name) holds something that Lantern did not write: \(readableText(text)). Another program writes lantern:* keys; rebuild the projection."
            )
            return
        }
        if let damage = found.damage {
            halt(slot, .damaged, damageText(slot, damage))
            return
        }
        let before = partitions[slot]
        let isOwnLateEnd = !before.sent.isEmpty && text == before.sent
        if !before.sent.isEmpty { actions.append(.report(.settledUnknown(slot: slot, wasApplied: isOwnLateEnd))) }
        adopt(slot, checkpoint, text: text)
        if checkpoint.next < before.acknowledged {
            rewind(slot, from: before.acknowledged, to: checkpoint.next)
        } else if !before.believed.isEmpty, text != before.believed, checkpoint.writer != settings.writer {
            // (What this writer wrote itself is the late end of some transaction of unknown outcome.)
            lost(slot, to: checkpoint.writer, now: now)
            return
        }
        if let atEnd = checkpoint.atEnd, let retention = found.tombstoneRetention, found.high > checkpoint.next,
            wallClock - atEnd > retention
        {
            halt(
                slot, .tombstonesMissed,
                "\(partitions[slot].name) is compacted, and was last read to its end \((wallClock - atEnd) / 1000) s ago, longer than the "
                    + "broker keeps tombstones (delete.retention.ms=\(retention)): deletions may have been missed for good. "
                    + "Build anew: `lantern run --fresh \(settings.plan.name)`.")
            return
        }
        start(slot, checkpoint, found)
    }

    private mutating func adopt(_ slot: Int, _ checkpoint: Checkpoint, text: [UInt8]) {
        partitions[slot].sent = []
        partitions[slot].believed = text
        partitions[slot].believedNext = checkpoint.next
        partitions[slot].believedConfirmed = checkpoint.confirmed
        partitions[slot].next = checkpoint.next
        partitions[slot].anchor = checkpoint.anchor
        partitions[slot].time = checkpoint.time
        partitions[slot].atEnd = checkpoint.atEnd
    }

    private mutating func rewind(_ slot: Int, from acknowledged: Int64, to next: Int64) {
        partitions[slot].rewinds += 1
        counters.rewinds += 1
        counters.replayed += acknowledged - next
        actions.append(.report(.rewound(slot: slot, events: acknowledged - next)))
    }

    /// Somebody else moved the checkpoint: stand back, then read again and go on from there.
    private mutating func lost(_ slot: Int, to writer: String, now: Int64) {
        partitions[slot].acknowledged = -1
        actions.append(.report(.fenced(slot: slot, by: writer)))
        if settings.hasFixedPartitions {
            partitions[slot].losses.removeAll { now - $0.at > settings.lossWindow }
            partitions[slot].losses.append(.init(at: now, writer: writer))
            if partitions[slot].losses.count(where: { $0.writer == writer }) >= settings.lossesUntilHalt {
                halt(
                    slot, .otherWriter,
                    "another worker, writer \(writer), keeps writing \(partitions[slot].name): \(settings.lossesUntilHalt) times within "
                        + "\(settings.lossWindow / 1000) s it moved the checkpoint under this one. Give the partitions to one worker only, or use a consumer group."
                )
                return
            }
        }
        partitions[slot].phase = .waiting(notBefore: now + nextBackOff(of: slot))
    }

    /// Compares the checkpoint with the log and begins to read: at the checkpoint, or a little before it for what has to be
    /// looked at once more.
    private mutating func start(_ slot: Int, _ checkpoint: Checkpoint, _ found: Settlement.Partition) {
        partitions[slot].acknowledged = checkpoint.next
        partitions[slot].end = found.high
        partitions[slot].parked = ParkedIndex()
        for (offset, key) in found.parked {
            partitions[slot].parked.add(offset: offset, key: settings.plan.isOrderDependent ? key : nil)
        }
        partitions[slot].ledger = found.ledger
        let name = partitions[slot].name
        if found.low > checkpoint.next {
            halt(
                slot, .retentionPassed,
                "\(name): the next event to read is offset \(checkpoint.next), but the log begins at \(found.low): Kafka has deleted events that were never projected. Rebuild the projection, or take the loss with `lantern run --fresh \(settings.plan.name) --allow-partial`."
            )
            return
        }
        if found.high < checkpoint.next {
            halt(
                slot, .logTruncated,
                "\(name): the checkpoint's next offset is \(checkpoint.next), but the log ends at \(found.high): the topic was truncated or recreated. Rebuild the projection, or restore the topic."
            )
            return
        }
        let anchor = checkpoint.anchor.flatMap { $0.offset >= found.low ? $0 : nil }
        if checkpoint.confirmed < checkpoint.next, checkpoint.confirmed < found.low {
            actions.append(
                .report(.unverified(slot: slot, from: checkpoint.confirmed, to: min(found.low, checkpoint.next))))
        }
        let from = max(found.low, min(anchor?.offset ?? checkpoint.next, checkpoint.confirmed))
        if from < checkpoint.next {
            partitions[slot].replay = Replay(anchor: anchor, confirmed: checkpoint.confirmed, end: checkpoint.next)
            partitions[slot].phase = .replaying
            place(slot, at: from)
        } else {
            startFolding(slot)
            place(slot, at: checkpoint.next)
        }
    }

    // MARK: Requests and dead letters

    /// The operator's requests were carried out (or answered); the partitions they concern are read again.
    public mutating func attended(reload slots: [Int]) {
        isAttending = false
        requests.removeAll()
        for slot in slots { reload(slot) }
        pause(slots)
        endFence()
    }

    /// A dead letter was delivered: the event is behind us.
    public mutating func deadLettered(_ slot: Int, _ record: ParkedRecord, delivered: Bool, now: Int64) {
        isAttending = false
        if !deadLetters.isEmpty { deadLetters.removeFirst() }
        guard partitions[slot].phase == .deadLettering else { return }
        if delivered {
            partitions[slot].phase = .folding
            partitions[slot].next = record.offset + 1
            counters.skipped += 1
            touch(slot)
            // The fence was chosen while this partition stood still.
            endFence()
            place(slot, at: record.offset + 1)
        } else {
            reload(slot, notBefore: now + nextBackOff(of: slot))
        }
    }

    /// The command of a transaction as a person names it: `HINCRBY order:o-1 total 5`, shortened.
    static func describe(command index: Int, in bytes: Span<UInt8>) -> String {
        var at = 0
        func number() -> Int {
            var value = 0
            at += 1
            while at < bytes.count, bytes[at] != UInt8(ascii: "\r") {
                value = value * 10 + Int(bytes[at]) - 48
                at += 1
            }
            at += 2
            return value
        }
        var command = 0
        while at < bytes.count {
            var words: [String] = []
            let count = number()
            for _ in 0..<count {
                let length = number()
                if command == index, words.count < 4 {
                    words.append(String(bytes.extracting(at..<at + length).readable.prefix(80)))
                }
                at += length + 2
            }
            if command == index { return words.joined(separator: " ") }
            command += 1
        }
        return "command \(index)"
    }
}

extension LanePartition {
    var isFolding: Bool { if case .folding = phase { true } else { false } }
    var isHalted: Bool { if case .halted = phase { true } else { false } }
}
