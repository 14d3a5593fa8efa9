import Bytes
import Projections
import Records

// Events that are not simply folded: they are parked, or the operator decided about them.
extension LaneMachine {
    /// An event of a partition that holds parked keys or ledger entries; nil: fold it as usual.
    mutating func takeParkedOrDecided(_ event: borrowing Event, slot: Int, now: Int64) -> Offer? {
        if settings.plan.isOrderDependent, table[slot].held.parked.count(key: event.key) > 0 {
            park(event, slot: slot, view: nil, reason: "an earlier event of this key is parked")
            return .taken
        }
        if let older = table[slot].held.older.partition(holding: event.key) {
            if readsOlderAgain(slot, for: event.offset, now: now) { return .taken }
            let place = "\(table[slot].topicName)-\(older)"
            park(event, slot: slot, view: nil, reason: "an earlier event of this key is parked in \(place)")
            return .taken
        }
        guard let entry = table[slot].held.ledger[event.offset] else { return nil }
        guard entry.record == RecordHash.of(event) else {
            table[slot].held.ledger[event.offset] = nil
            report(.decisionIgnored(slot: slot, offset: event.offset))
            return nil
        }
        switch entry.decision {
        case .skip:
            skip(event, slot: slot, reason: "the operator's decision")
            return .taken
        case .edit(let value): return takeEdited(event, slot: slot, value: value, now: now)
        }
    }

    /// An event is about to wait for an older partition: has that released its key meanwhile?
    private mutating func readsOlderAgain(_ slot: Int, for offset: Int64, now: Int64) -> Bool {
        let held = table[slot].held
        guard held.olderReadFor != offset, now - held.older.readAt >= OlderKeys.milliseconds else { return false }
        table[slot].held.olderReadFor = offset
        dropBatch(notBefore: now)
        return true
    }

    private mutating func takeEdited(_ event: borrowing Event, slot: Int, value: [UInt8]?, now: Int64) -> Offer {
        let bytes = value ?? []
        var span: Span<UInt8>?
        if value != nil { span = bytes.span }
        let headers = event.headers
        let edited = Event(
            topic: event.topic, partition: event.partition, offset: event.offset, timestamp: event.timestamp,
            key: event.key, value: span, headers: headers)
        switch fold.projector.project(edited, into: &batch.changes) {
        case .projected, .unknownType: pass(slot, event.offset, event.timestamp, bytes: event.byteCount)
        case .changesetMustCloseFirst:
            batch.slotAwaitingFence = slot
            return .later
        case .awaitsSchema(let words): return awaitSchema(slot, words, now: now)
        case .bad(let bad): return takeBad(event, slot: slot, bad: bad)
        }
        return .taken
    }

    /// The event goes to its key's parked list, in the transaction that passes it.
    mutating func park(_ event: borrowing Event, slot: Int, view: String?, reason: String) {
        park(ParkedRecord(event, headers: event.headers, view: view, reason: reason), slot: slot)
    }

    mutating func park(_ record: ParkedRecord, slot: Int) {
        var record = record
        record.leaveOutValue(over: settings.recordBytes)
        let partition = table[slot].identity
        let all = table[slot].held.parked.count
        let ofKey = record.key.map { table[slot].held.parked.count(key: $0.span) } ?? 0
        if all >= settings.parkedInAll || ofKey >= settings.parkedPerKey {
            let message =
                "\(partition.name)@\(record.offset) would be parked (\(record.reason)), but \(ofKey) events of its key and "
                + "\(all) of the partition are parked already, which is the limit. Retry, edit or skip some "
                + "(`lantern parked list`), or raise limits.parked-per-key or limits.parked."
            halt(slot, .parkingFull, message, at: record)
            return
        }
        let keys = settings.keys
        batch.parkingCommands.begin(4)
        batch.parkingCommands.argument("HSET")
        batch.parkingCommands.argument(
            text: keys.parked(partition.topicName, partition.partition))
        batch.parkingCommands.argument(record.offset)
        batch.parkingCommands.argument(record.bytes)
        batch.parkingCommands.begin(4)
        batch.parkingCommands.argument("ZADD")
        batch.parkingCommands.argument(
            text: keys.parkedIndex(partition.topicName, partition.partition))
        batch.parkingCommands.argument(record.offset)
        batch.parkingCommands.argument(Self.indexMember(record.offset, record.key))
        table[slot].held.parked.add(offset: record.offset, key: settings.plan.isOrderDependent ? record.key : nil)
        counters.parked += 1
        table[slot].tally.open.parked += 1
        report(.parked(slot: slot, offset: record.offset, reason: record.reason))
        pass(slot, record.offset, record.timestamp, bytes: record.byteCount)
    }

    /// `OFFSET:KEY`, or `OFFSET` if the event has no key.
    static func indexMember(_ offset: Int64, _ key: [UInt8]?) -> [UInt8] {
        Array(String(offset).utf8) + (key.map { [UInt8(ascii: ":")] + $0 } ?? [])
    }
}
