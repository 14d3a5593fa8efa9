import Bytes
public import Projections
import Records

/// What became of an event that was offered to the lane.
public enum Taken: Sendable {
    /// Folded, parked, skipped, or not this lane's to fold: the next one, please.
    case taken
    /// Offer the same event again later; nothing of it was folded.
    case later
}

extension LaneMachine {
    /// Folds one event: the hot path.
    public mutating func take(
        _ event: borrowing Event, headers: borrowing HeaderList, slot: Int, now: Int64
    ) -> Taken {
        guard partitions[slot].isFolding else { return takeElsewhere(event, headers: headers, slot: slot) }
        guard event.offset >= partitions[slot].next, !partitions[slot].isLeaving, !isStopping else { return .taken }
        guard partitions[slot].isTrusted else { return awaitInspection(slot) }
        guard partitions[slot].isWatched || isWatchable(slot) else { return .later }
        if !partitions[slot].parked.isEmpty || !partitions[slot].ledger.isEmpty || !partitions[slot].older.isEmpty {
            if let taken = takeSpecially(event, headers: headers, slot: slot, now: now) { return taken }
        }
        switch projector.project(event, into: &changes) {
        case .projected: if isCode, !partitions[slot].isTouched { rememberChanges(event, slot: slot) }
        case .unknownType: break
        case .changesetMustCloseFirst:
            wanted = slot
            return .later
        case .bad(let bad):
            return takeBad(event, headers: headers, slot: slot, bad: bad)
        }
        if proof[event.topic].events < settings.proofEvents { proof[event.topic].events = settings.proofEvents }
        pass(slot, event.offset, event.timestamp)
        return .taken
    }

    /// What the checkpoint is anchored at: to be called with the last event that was taken of a partition, before
    /// anything is written, so that not each event need be hashed.
    public mutating func anchor(_ event: borrowing Event, headers: borrowing HeaderList, slot: Int) {
        guard partitions[slot].partition == event.partition, partitions[slot].topic == event.topic,
            hasPassed(event.offset, in: slot)
        else { return }
        partitions[slot].anchor = Checkpoint.Anchor(
            offset: event.offset, hash: RecordHash.of(event, headers: headers))
    }

    /// Whether that event is the last one that the partition's open batch passed.
    public func hasPassed(_ offset: Int64, in slot: Int) -> Bool { partitions[slot].passed == offset }

    /// The event is behind us: the checkpoint will say so.
    @inline(__always)
    mutating func pass(_ slot: Int, _ offset: Int64, _ timestamp: Int64) {
        partitions[slot].pass(offset, timestamp)
        if !partitions[slot].isTouched { touch(slot) }
        eventsInBatch += 1
        counters.events += 1
    }

    /// A fence that is asked or held has its partitions frozen: an event of another one waits for the next.
    mutating func isWatchable(_ slot: Int) -> Bool {
        if fence == .none, partitions[slot].isTouched || touchedCount < settings.partitionsPerTransaction {
            return true
        }
        wanted = slot
        return false
    }

    /// An event of a partition that holds parked keys or ledger entries; nil: fold it as usual.
    private mutating func takeSpecially(
        _ event: borrowing Event, headers: borrowing HeaderList, slot: Int, now: Int64
    ) -> Taken? {
        if settings.plan.isOrderDependent, partitions[slot].parked.count(key: event.key) > 0 {
            return park(
                event, headers: headers, slot: slot, view: nil,
                reason: "an earlier event of this key is parked")
        }
        if let older = partitions[slot].older.partition(holding: event.key) {
            if readsOlderAgain(slot, for: event.offset, now: now) { return .taken }
            return park(
                event, headers: headers, slot: slot, view: nil,
                reason: "an earlier event of this key is parked in \(partitions[slot].topicName)-\(older)")
        }
        guard let entry = partitions[slot].ledger[event.offset] else { return nil }
        guard entry.record == RecordHash.of(event, headers: headers) else {
            partitions[slot].ledger[event.offset] = nil
            actions.append(.report(.decisionIgnored(slot: slot, offset: event.offset)))
            return nil
        }
        switch entry.decision {
        case .skip:
            skip(event, slot: slot, reason: "the operator's decision")
            return .taken
        case .edit(let value):
            let edited = value.map { Array($0) }
            return takeEdited(event, headers: headers, slot: slot, value: edited)
        }
    }

    /// An event is about to wait for an older partition: has that released its key meanwhile?
    private mutating func readsOlderAgain(_ slot: Int, for offset: Int64, now: Int64) -> Bool {
        let it = partitions[slot]
        guard it.readOlderFor != offset, now - it.older.readAt >= OlderKeys.milliseconds else { return false }
        partitions[slot].readOlderFor = offset
        dropBatch(notBefore: now)
        return true
    }

    private mutating func takeEdited(
        _ event: borrowing Event, headers: borrowing HeaderList, slot: Int, value: [UInt8]?
    ) -> Taken {
        let outcome: ProjectionOutcome
        if let value {
            let edited = Event(
                topic: event.topic, partition: event.partition, offset: event.offset, timestamp: event.timestamp,
                key: event.key, value: value.span, headers: headers)
            outcome = projector.project(edited, into: &changes)
        } else {
            let edited = Event(
                topic: event.topic, partition: event.partition, offset: event.offset, timestamp: event.timestamp,
                key: event.key, value: nil, headers: headers)
            outcome = projector.project(edited, into: &changes)
        }
        switch outcome {
        case .projected, .unknownType: pass(slot, event.offset, event.timestamp)
        case .changesetMustCloseFirst:
            wanted = slot
            return .later
        case .bad(let bad): return takeBad(event, headers: headers, slot: slot, bad: bad)
        }
        return .taken
    }

    private mutating func takeBad(
        _ event: borrowing Event, headers: borrowing HeaderList, slot: Int, bad: BadEvent
    ) -> Taken {
        if let looks = notJSONSoFar(event, bad) {
            // Nothing of the open batch is written: the topic is not what the configuration says.
            dropBatch(notBefore: 0)
            halt(slot, .notJSON, looks)
            return .taken
        }
        let what = "\(partitions[slot].name)@\(event.offset), key \(event.key?.readable ?? "none"): \(bad.reason)"
        switch settings.plan.onError {
        case _ where bad.demandsHalt, .halt:
            remember(event, headers: headers, slot: slot, view: bad.view, reason: bad.reason)
            halt(slot, .badEvent, haltText(what))
        case .skip: skip(event, slot: slot, reason: bad.reason)
        case .park:
            return park(
                event, headers: headers, slot: slot, view: bad.view, reason: bad.reason)
        case .deadLetter:
            let record = ParkedRecord(event, headers: headers, view: bad.view, reason: bad.reason)
            partitions[slot].phase = .deadLettering
            pause([slot])
            deadLetters.append((slot, record))
        }
        return .taken
    }

    /// The partition halts at this event.
    private mutating func remember(
        _ event: borrowing Event, headers: borrowing HeaderList, slot: Int, view: String?, reason: String
    ) {
        var record = ParkedRecord(event, headers: headers, view: view, reason: reason)
        record.leaveOutValue(over: settings.recordBytes)
        partitions[slot].haltedAt = record
    }

    private func haltText(_ what: String) -> String {
        what + " Skip or edit it with `lantern parked skip|edit`, or correct the projection."
    }

    private mutating func notJSONSoFar(_ event: borrowing Event, _ bad: BadEvent) -> String? {
        guard proof[event.topic].events < settings.proofEvents else { return nil }
        proof[event.topic].events += 1
        if bad.isNotJSON { proof[event.topic].notJSON += 1 }
        guard proof[event.topic].notJSON == settings.proofEvents else { return nil }
        var start: [UInt8] = []
        if let value = event.value { start = value.extracting(0..<min(16, value.count)).array }
        let frame =
            start.first == 0
            ? "; a first byte of 0 is the frame of a schema registry (Avro, Protobuf or JSON Schema)" : ""
        let bytes = start.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined(
            separator: " ")
        return
            "none of the first \(settings.proofEvents) events of topic \(settings.plan.topics[event.topic].name) is JSON: "
            + "the last one begins with the bytes \(bytes)\(frame). Lantern reads JSON values: name another topic or let the producer write JSON."
    }

    private mutating func skip(_ event: borrowing Event, slot: Int, reason: String) {
        counters.skipped += 1
        actions.append(.report(.skipped(slot: slot, offset: event.offset, reason: reason)))
        pass(slot, event.offset, event.timestamp)
    }

    /// The event goes to its key's parked list, in the transaction that passes it.
    private mutating func park(
        _ event: borrowing Event, headers: borrowing HeaderList, slot: Int, view: String?,
        reason: String
    ) -> Taken {
        park(ParkedRecord(event, headers: headers, view: view, reason: reason), slot: slot)
        return .taken
    }

    mutating func park(_ record: ParkedRecord, slot: Int) {
        var record = record
        record.leaveOutValue(over: settings.recordBytes)
        let it = partitions[slot]
        let ofKey = record.key.map { it.parked.count(key: $0.span) } ?? 0
        if it.parked.count >= settings.parkedInAll || ofKey >= settings.parkedPerKey {
            partitions[slot].haltedAt = record
            halt(
                slot, .parkingFull,
                "\(it.name)@\(record.offset) would be parked (\(record.reason)), but \(ofKey) events of its key and "
                    + "\(it.parked.count) of the partition are parked already, which is the limit. Retry, edit or skip some "
                    + "(`lantern parked list`), or raise limits.parked-per-key or limits.parked.")
            return
        }
        parking.begin(4)
        parking.argument("HSET")
        parking.argument(text: keys.parked(it.topicName, it.partition))
        parking.argument(record.offset)
        parking.argument(record.bytes)
        parking.begin(4)
        parking.argument("ZADD")
        parking.argument(text: keys.parkedIndex(it.topicName, it.partition))
        parking.argument(record.offset)
        parking.argument(Self.indexMember(record.offset, record.key))
        partitions[slot].parked.add(offset: record.offset, key: settings.plan.isOrderDependent ? record.key : nil)
        counters.parked += 1
        actions.append(.report(.parked(slot: slot, offset: record.offset, reason: record.reason)))
        pass(slot, record.offset, record.timestamp)
    }

    /// `OFFSET:KEY`, or `OFFSET` if the event has no key.
    static func indexMember(_ offset: Int64, _ key: [UInt8]?) -> [UInt8] {
        Array(String(offset).utf8) + (key.map { [UInt8(ascii: ":")] + $0 } ?? [])
    }

    /// An event of a partition that is not folding.
    private mutating func takeElsewhere(
        _ event: borrowing Event, headers: borrowing HeaderList, slot: Int
    ) -> Taken {
        guard case .replaying = partitions[slot].phase, let replay = partitions[slot].replay else {
            partitions[slot].needsPlacement = true
            return .taken
        }
        if let expected = replay.anchor, event.offset >= expected.offset {
            replay.anchor = nil
            if event.offset == expected.offset {
                if RecordHash.of(event, headers: headers) != expected.hash {
                    haltTruncated(slot, expected.offset, "another record is there now")
                    return .taken
                }
                replay.hasSeenAnchor = true
            } else if !settings.plan.topics[partitions[slot].topic].isCompacted {
                haltTruncated(slot, expected.offset, "no record is there any more")
                return .taken
            }
        }
        compareChanges(event, replay)
        if event.offset < replay.end {
            if event.offset >= replay.confirmed, !partitions[slot].parked.offsets.contains(event.offset) {
                if case .changesetMustCloseFirst = projector.project(event, into: &replay.changes) {
                    // A sum does not fit any more: what was touched so far is kept, and it begins again.
                    replay.setAside()
                    _ = projector.project(event, into: &replay.changes)
                }
            }
            if event.offset + 1 < replay.end { return .taken }
            finishReplay(slot)
            return .taken
        }
        finishReplay(slot)
        if partitions[slot].isFolding { return .later }
        partitions[slot].needsPlacement = true
        return .taken
    }

    mutating func haltTruncated(_ slot: Int, _ offset: Int64, _ what: String) {
        haltLog(
            slot,
            "\(partitions[slot].name): the record at offset \(offset), the last one that the checkpoint has passed, is not the "
                + "one that was projected (\(what)): the topic was truncated or recreated. Rebuild the projection "
                + "(`lantern run --fresh \(settings.plan.name)`), or restore the topic.")
    }

    /// The replay reached the checkpoint: look at the rows that it touched, or fold on.
    mutating func finishReplay(_ slot: Int) {
        guard let replay = partitions[slot].replay else { return }
        if let offset = replay.differsAt {
            haltChangedCode(slot, offset)
        } else if replay.isEmpty {
            partitions[slot].replay = nil
            startFolding(slot, sawAnchor: replay.hasSeenAnchor)
        } else {
            partitions[slot].phase = .checking
        }
    }

    mutating func startFolding(_ slot: Int, sawAnchor: Bool = false) {
        partitions[slot].phase = .folding
        partitions[slot].next = partitions[slot].believedNext
        partitions[slot].waitingEnd = -1
        partitions[slot].shortSince = nil
        // Whoever has just found the anchor has seen the log; one without an anchor has seen nothing of it.
        partitions[slot].isTrusted = sawAnchor
        // An older one is a better witness: the anchor may be of the other log already.
        if partitions[slot].witness == nil, sawAnchor { partitions[slot].witness = partitions[slot].anchor }
        partitions[slot].doubt = doubts
        partitions[slot].nextAtHeartbeat = partitions[slot].next
        fenceIsCurrent = false
        actions.append(.report(.started(slot: slot, next: partitions[slot].next)))
    }
}
