import Bytes
import Projections
import Redis

// Retry, skip and edit are carried out by the partition's own lane in its transactions: from outside they would race it.
extension Lane where Log: ~Copyable, Link: ~Copyable {
    /// Carries out what the operator asked; the lane is quiet meanwhile.
    mutating func attend(_ requests: [ParkingRequest]) {
        var reload: Set<Int> = []
        do {
            for request in requests {
                if let slot = try carryOut(request) { reload.insert(slot) }
            }
            machine.attended(reload: reload.sorted())
        } catch {
            link = nil
            machine.disconnected(error.message, now: services.now())
        }
    }

    /// Answers the slot that must be read again; nil where the request is not this lane's.
    private mutating func carryOut(_ request: ParkingRequest) throws(RedisError) -> Int? {
        let parts = request.field.split(separator: ":")
        guard parts.count == 3, let partition = Int32(parts[1]), let offset = Int64(parts[2]),
            let slot = machine.slots.first(where: {
                machine.partition($0).topicName == parts[0] && machine.partition($0).partition == partition
            }),
            machine.partition(slot).isFolding || machine.partition(slot).isHalted
        else { return nil }
        guard let text = RequestText(text: request.text) else {
            try answer(request, nil, "the request is malformed: \(request.text)")
            return nil
        }
        let work = ParkedWork(field: request.field, request: text, slot: slot, offset: offset)
        let it = machine.partition(slot)
        let index = machine.settings.keys.parkedIndex(machine.settings.generation, it.topicName, it.partition)
        let members = try link?.command("ZRANGE", index, "0", "-1").elements ?? []
        let parked = members.compactMap { LaneMachine.parked($0.bytes) }
        guard let own = parked.first(where: { $0.offset == offset }) else {
            return try release(work, it)
        }
        let holdsBack = machine.settings.plan.isOrderDependent && own.key != nil
        let line = holdsBack ? parked.filter { $0.key == own.key } : [own]
        if line[0].offset != offset, text.action == .retry {
            try answer(
                request, text, "offset \(line[0].offset) of the same key is parked before it: retry that one first")
            return nil
        }
        let blobs = machine.settings.keys.parked(machine.settings.generation, it.topicName, it.partition)
        var released = ReleasedLine(work, it, machine.settings, isHead: line[0].offset == offset)
        for entry in line {
            let step = released.next(entry.offset)
            if step == .end { break }
            if step == .pass { continue }
            var record: ParkedRecord?
            // One after the other: a key's events may be many, and each large.
            if step == .read {
                record = try link?.command("HGET", blobs, "\(entry.offset)").bytes.flatMap {
                    ParkedRecord(bytes: $0)
                }
            }
            guard released.take(entry, record, machine.projector) else { break }
        }
        let rows = released.rows
        let words = released.words(of: line.count)
        let done = try commit(work, it, released.commands(), rows: rows, answer: words)
        return done ? slot : nil
    }

    /// Removes a request and leaves its answer, outside of any transaction: nothing was changed.
    private mutating func answer(_ request: ParkingRequest, _ text: RequestText?, _ words: String) throws(RedisError) {
        let keys = machine.settings.keys
        try link?.command("HDEL", keys.requests, request.field)
        if let text { try link?.command("SET", keys.answer(text.identifier), "failed: \(words)", "EX", "300") }
    }

    /// Skip or edit of the event at which the partition halted.
    private mutating func release(_ work: ParkedWork, _ it: LanePartition) throws(RedisError) -> Int? {
        let request = ParkingRequest(field: work.field, text: work.request.text)
        guard it.isHalted, it.next == work.offset, work.request.action != .retry else {
            try answer(request, work.request, "no such event is parked, and the partition did not halt at it")
            return nil
        }
        var commands = CommandBuffer()
        work.writeLedger(machine.settings.keys, into: &commands)
        let done = try commit(work, it, commands, rows: [], answer: "done: the partition goes on")
        return done ? work.slot : nil
    }

    /// One fenced transaction that also watches the rows and looks at them before EXEC; true where it was applied.
    private mutating func commit(
        _ work: ParkedWork, _ it: LanePartition, _ changes: borrowing CommandBuffer, rows: [TouchedEntry],
        answer words: String
    ) throws(RedisError) -> Bool {
        let settings = machine.settings
        guard let answers = try link?.roundTrip(work.watch(it, rows, settings)), answers[1].isOK,
            let values = answers[2].elements,
            values[0].bytes == settings.generationText, values[1].bytes == it.believed,
            var checkpoint = Checkpoint(text: it.believed)
        else { return true }
        let obstacle: String? =
            switch try lookAtRows(rows) {
            case .sound: nil
            case .damaged(let words): "a row cannot take it: \(words)"
            case .refused(let text): "Redis does not let its rows be looked at: \(readableText(text))"
            }
        if let obstacle {
            try link?.command("UNWATCH")
            try answer(ParkingRequest(field: work.field, text: ""), work.request, obstacle)
            return true
        }
        let commands = work.transaction(changes, on: it, settings, answer: words, &checkpoint)
        let replies = try link?.roundTrip(commands) ?? []
        // Not applied (nil or an error): the request stays, and is read again with the next heartbeat.
        guard case .array(let results)? = replies.last else { return true }
        machine.carriedOut(work, checkpoint: checkpoint)
        for (index, result) in results.enumerated() {
            guard case .error(let text) = result else { continue }
            let command = machine.locate(command: index + 1, in: commands.bytes.span)
            machine.damage(
                work.slot, "\(command): \(readableText(text)) (request for \(work.field))", now: services.now())
            break
        }
        return true
    }
}

extension LaneMachine {
    /// A request's transaction wrote this checkpoint.
    mutating func carriedOut(_ work: ParkedWork, checkpoint: Checkpoint) {
        partitions[work.slot].believed = checkpoint.text
        partitions[work.slot].believedNext = checkpoint.next
        partitions[work.slot].believedConfirmed = checkpoint.confirmed
        // The next request may find this event behind its own.
        if let decision = work.decision { partitions[work.slot].ledger[work.offset] = decision }
    }
}
