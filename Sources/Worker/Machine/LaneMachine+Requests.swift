import Bytes
import Projections
public import Records
import Redis

// What the operator asks of parked and halted events, and events for the dead-letter topic.
extension LaneMachine {
    /// More names than this are not read; each has at most 300 bytes.
    static var mostRequests: Int64 { 100_000 }

    /// How many requests there are is asked once a second, their names only if there are any, and the text of one when its turn
    /// comes: all of them in one reply could be more than a reply may hold.
    mutating func askRequestCount(now: Int64) {
        var commands = CommandBuffer(capacity: 64)
        commands.command("HLEN", settings.keys.requests)
        session?.send(commands, expecting: .requestCount, now: now)
    }

    mutating func requestsCounted(_ reply: borrowing Reply) {
        let key = settings.keys.requests
        switch reply.kind {
        case .integer where reply.integer > Self.mostRequests:
            report(
                .requestsUnread(
                    "\(key) holds \(reply.integer) requests, more than \(Self.mostRequests): none is carried out until there are "
                        + "fewer. Remove those that are not wanted (HDEL), or use `lantern parked retry --all`"))
        case .integer: session?.desk.hasUnread = reply.integer > 0
        default:
            report(
                .requestsUnread(
                    "\(key) cannot be read: \(reply.bytes.readable). Another program wrote that key: remove it"))
        }
    }

    /// Outside of any transaction, so not at once.
    mutating func askRequests(now: Int64) {
        guard session?.desk.hasUnread == true, session?.desk.isBusy == false else { return }
        session?.desk.hasUnread = false
        var commands = CommandBuffer(capacity: 64)
        commands.command("HKEYS", settings.keys.requests)
        session?.send(commands, expecting: .requests, now: now)
    }

    mutating func requestsAnswered(_ reply: borrowing Reply) {
        guard reply.kind == .array, reply.count > 0, ofSession({ $0.desk.isBusy }) == false else { return }
        var found: [ParkingRequest] = []
        for index in 0..<reply.count {
            found.append(ParkingRequest(field: reply.element(index).bytes.readable, text: ""))
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
            table[slot].tally.countDeadLetter(record)
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
