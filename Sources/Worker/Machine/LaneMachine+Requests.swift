import Bytes
import Projections
public import Records
import Redis

// What the operator asks of parked and halted events, and events for the dead-letter topic.
extension LaneMachine {
    mutating func requestsAnswered(_ reply: borrowing Reply) {
        guard reply.kind == .array, reply.count > 1, ofSession({ $0.desk.isBusy }) == false else { return }
        var found: [ParkingRequest] = []
        for index in 0..<reply.count / 2 {
            found.append(
                ParkingRequest(
                    field: reply.element(2 * index).bytes.readable,
                    text: String(decoding: reply.element(2 * index + 1).bytes.array, as: UTF8.self)))
        }
        let own = found.filter { concerns($0) }
        session?.desk.found(own)
    }

    /// Whether a partition that a request names is this lane's.
    private func concerns(_ request: ParkingRequest) -> Bool {
        table.contains {
            request.field.hasPrefix("\($0.topicName):\($0.partition):") && !$0.isReading
        }
    }

    /// A turn for the operator's requests has ended; the partitions that it changed are read again, and what is `left` comes
    /// with the next turn.
    public mutating func carriedOut(
        reload slots: [Int], left: [ParkingRequest] = [], since begin: Int64, now: Int64
    ) {
        session?.desk.endTurn(left: left, since: begin, now: now)
        for slot in slots { reload(slot) }
        pause(slots)
        endFence()
    }

    /// A request's transaction wrote this checkpoint.
    mutating func requestApplied(
        _ work: ParkedWork, of record: UInt64?, checkpoint: Checkpoint, _ released: [(offset: Int64, key: [UInt8]?)]
    ) {
        for event in released {
            table[work.slot].held.parked.remove(
                offset: event.offset, key: settings.plan.isOrderDependent ? event.key : nil)
        }
        table[work.slot].checkpoint.replace(checkpoint)
        // The next request may find this event behind its own.
        if let decision = work.decision, let record {
            table[work.slot].held.ledger[work.offset] = LedgerEntry(decision, of: record)
        }
    }

    /// A dead letter was tried: once it is delivered the event is behind us. One that can never be delivered is parked.
    public mutating func deadLettered(
        _ slot: Int, _ record: ParkedRecord, _ outcome: DeadLetterOutcome, now: Int64
    ) {
        session?.desk.endDeadLetter()
        if case .failed(let words) = outcome { refused(slot, words) } else { wentOn(slot) }
        guard table[slot].isDeadLettering else { return }
        switch outcome {
        case .failed:
            reload(slot, notBefore: now + nextPause(of: slot))
            return
        case .delivered:
            table[slot].resume()
            table[slot].position.next = record.offset + 1
            counters.skipped += 1
            table.touch(slot)
        case .impossible(let words):
            table[slot].resume()
            var record = record
            record.reason += " (parked, because the dead-letter topic cannot take it: \(words))"
            park(record, slot: slot)
            guard table[slot].isFolding else { return }
        }
        // The fence was chosen while this partition was idle.
        endFence()
        place(slot, at: record.offset + 1)
    }

    // MARK: As Redis has it

    static func ledger(_ elements: [RedisValue], prefix: String) -> [Int64: LedgerEntry] {
        var entries: [Int64: LedgerEntry] = [:]
        for index in stride(from: 0, to: elements.count - 1, by: 2) {
            guard let field = elements[index].text, field.hasPrefix(prefix),
                let offset = Int64(field.dropFirst(prefix.count)),
                let text = elements[index + 1].bytes, let entry = LedgerEntry(text: text)
            else { continue }
            entries[offset] = entry
        }
        return entries
    }
}
