import Bytes
public import Projections
import Records

/// What became of an event that was offered to the lane.
public enum Offer: Sendable {
    /// Folded, parked, skipped, or not this lane's to fold: the next one, please.
    case taken
    /// Offer the same event again later; nothing of it was folded.
    case later
}

extension LaneMachine {
    /// Folds one event: the hot path.
    public mutating func take(_ event: borrowing Event, slot: Int, now: Int64) -> Offer {
        guard table[slot].isFolding else { return takeWhileReplaying(event, slot: slot, now: now) }
        guard event.offset >= table[slot].position.next, !table[slot].isLeaving, !isStopping else { return .taken }
        guard event.offset < table[slot].feed.ceiling else { return stopAtCeiling(slot) }
        guard table[slot].trust.isTrusted else { return awaitInspection(slot) }
        guard table[slot].checkpoint.isWatched || isWatchable(slot) else { return .later }
        guard batch.isolation == nil || takesAlone(event, slot: slot) else { return .later }
        if !table[slot].held.isEmpty, let offer = takeParkedOrDecided(event, slot: slot, now: now) { return offer }
        switch fold.projector.project(event, into: &batch.changes) {
        case .projected:
            if fold.isDefinedInCode, !table[slot].checkpoint.isTouched { rememberChanges(event, slot: slot) }
        case .unknownType: table[slot].tally.open.ignored += 1
        case .changesetMustCloseFirst:
            batch.slotAwaitingFence = slot
            return .later
        case .awaitsSchema(let words): return awaitSchema(slot, words, now: now)
        case .bad(let bad): return takeBad(event, slot: slot, bad: bad)
        }
        fold.jsonTrial.pass(event.topic)
        pass(slot, event.offset, event.timestamp, bytes: event.byteCount)
        return .taken
    }

    /// What the checkpoint is anchored at: to be called with the last event that was taken of a partition, before
    /// anything is written, so that not each event need be hashed.
    public mutating func anchor(_ event: borrowing Event, slot: Int) {
        guard table[slot].partition == event.partition, table[slot].topic == event.topic,
            hasPassed(event.offset, in: slot)
        else { return }
        table[slot].position.anchor = Checkpoint.Anchor(offset: event.offset, hash: RecordHash.of(event))
    }

    /// The time of the open batch's newest event, for what is measured: to be called with the last event of a slice.
    public mutating func noteTime(_ event: borrowing Event, slot: Int) {
        guard hasPassed(event.offset, in: slot), let time = fold.projector.time(of: event) else { return }
        batch.noteTime(time)
    }

    /// Whether that event is the last one that the partition's open batch passed.
    public func hasPassed(_ offset: Int64, in slot: Int) -> Bool { table[slot].position.passed == offset }

    /// The event is behind us: the checkpoint will say so.
    @inline(__always)
    mutating func pass(_ slot: Int, _ offset: Int64, _ timestamp: Int64, bytes: Int) {
        table[slot].pass(offset, timestamp, bytes: bytes)
        if !table[slot].checkpoint.isTouched { table.touch(slot) }
        batch.countEvent()
        counters.events += 1
    }

    /// A fence that is asked or held has its partitions frozen: an event of another one waits for the next.
    mutating func isWatchable(_ slot: Int) -> Bool {
        let hasRoom = table[slot].checkpoint.isTouched || table.touchedCount < settings.partitionsPerTransaction
        if fence == .absent, hasRoom { return true }
        batch.slotAwaitingFence = slot
        return false
    }

    /// The first event of a partition in a batch of a projection in code: nothing is paid for the others.
    @inline(never)
    private mutating func rememberChanges(_ event: borrowing Event, slot: Int) {
        table[slot].position.changes =
            if case .hash(let hash) = fold.singleChanges(event) {
                Checkpoint.Anchor(offset: event.offset, hash: hash)
            } else {
                nil
            }
    }

    // MARK: Bad events

    mutating func takeBad(_ event: borrowing Event, slot: Int, bad: BadEvent) -> Offer {
        let before = fold.jsonTrial.isOpen(event.topic) ? parkedBefore(event.topic) : 0
        if fold.jsonTrial.isLost(event.topic, isNotJSON: bad.isNotJSON, before: before) {
            // Nothing of the open batch is written: the topic is not what the configuration says.
            dropBatch(notBefore: 0)
            halt(slot, .notJSON, notJSONText(event, bad, before: before))
            return .taken
        }
        switch settings.plan.onError {
        case _ where bad.demandsHalt, .halt: haltAt(event, slot: slot, bad: bad)
        case .skip: skip(event, slot: slot, reason: bad.reason)
        case .park: park(event, slot: slot, view: bad.view, reason: bad.reason)
        // The live generation owes it to the topic.
        case .deadLetter where settings.role == .build: skip(event, slot: slot, reason: bad.reason)
        case .deadLetter:
            let record = ParkedRecord(event, headers: event.headers, view: bad.view, reason: bad.reason)
            table[slot].deadLetter()
            pause([slot])
            session?.desk.deadLetters.append((slot, record))
        }
        return .taken
    }

    private mutating func haltAt(_ event: borrowing Event, slot: Int, bad: BadEvent) {
        var record = ParkedRecord(event, headers: event.headers, view: bad.view, reason: bad.reason)
        record.leaveOutValue(over: settings.recordBytes)
        let message =
            "\(table[slot].name)@\(event.offset), key \(event.key?.readable ?? "none"): \(bad.reason) Skip or edit it with "
            + "`lantern parked skip|edit`, or correct the projection."
        halt(slot, .badEvent, message, at: record)
    }

    /// An earlier worker's trial goes on: what it has parked of partitions of which nothing was ever projected.
    private func parkedBefore(_ topic: Int) -> Int {
        slots.reduce(0) { $0 + (table[$1].topic == topic ? table[$1].held.parkedBefore : 0) }
    }

    private func notJSONText(_ event: borrowing Event, _ bad: BadEvent, before: Int) -> String {
        let topic = settings.plan.topics[event.topic]
        if !topic.isPlain {
            return
                "none of the first \(settings.proofEvents) events of topic \(topic.name) could be read as its options say: "
                + bad.reason
        }
        var start: [UInt8] = []
        if let value = event.value { start = value.extracting(0..<min(16, value.count)).array }
        let frame =
            start.first == 0
            ? "; a first byte of 0 is the frame of a schema registry: Avro and Protobuf need `encoding`" : ""
        let bytes = start.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined(
            separator: " ")
        return
            "none of the first \(settings.proofEvents) events of topic \(topic.name) "
            + (before > 0 ? "could be projected: the last one is not JSON and " : "is JSON: the last one ")
            + "begins with the bytes \(bytes)\(frame). This topic is read as JSON: declare its `encoding`, name another topic, or let the producer write JSON."
    }

    mutating func skip(_ event: borrowing Event, slot: Int, reason: String) {
        counters.skipped += 1
        table[slot].tally.open.skipped += 1
        report(.skipped(slot: slot, offset: event.offset, reason: reason))
        pass(slot, event.offset, event.timestamp, bytes: event.byteCount)
    }
}
