import Bytes
import Projections
import Redis

// Retry, skip and edit are carried out by the partition's own lane in its transactions: from outside they would race it.
extension Lane {
    /// Carries out what the operator asked; the lane is quiet meanwhile.
    mutating func attend(_ requests: [ParkingRequest]) {
        var reload: Set<Int> = []
        do {
            for request in requests {
                if let slot = try carryOut(request) { reload.insert(slot) }
            }
            machine.attended(reload: reload.sorted())
        } catch {
            connection = nil
            machine.disconnected(error.message, now: Self.now())
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
        let members = try connection?.command("ZRANGE", index, "0", "-1").elements ?? []
        let parked = members.compactMap { Self.parked($0.bytes) }
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
        return try workThrough(line, of: work, it)
    }

    /// Removes a request and leaves its answer, outside of any transaction: nothing was changed.
    private mutating func answer(_ request: ParkingRequest, _ text: RequestText?, _ words: String) throws(RedisError) {
        let keys = machine.settings.keys
        try connection?.command("HDEL", keys.requests, request.field)
        if let text { try connection?.command("SET", keys.answer(text.identifier), "failed: \(words)", "EX", "300") }
    }

    /// Skip or edit of the event at which the partition halted.
    private mutating func release(_ work: ParkedWork, _ it: LanePartition) throws(RedisError) -> Int? {
        let request = ParkingRequest(field: work.field, text: work.request.text)
        guard it.isHalted, it.next == work.offset, work.request.action != .retry else {
            try answer(request, work.request, "no such event is parked, and the partition did not halt at it")
            return nil
        }
        var commands = CommandBuffer()
        writeLedger(work, into: &commands)
        let done = try commit(work, it, commands, rows: [], answer: "done: the partition goes on")
        return done ? work.slot : nil
    }

    private func writeLedger(_ work: ParkedWork, into commands: inout CommandBuffer) {
        let entry: LedgerEntry
        switch work.request.action {
        case .retry: return
        case .skip: entry = .skip
        case .edit(let value): entry = .edit(value)
        }
        commands.begin(4)
        commands.argument("HSET")
        commands.argument(text: machine.settings.keys.ledger)
        commands.argument(text: work.field)
        commands.argument(entry.text)
    }

    /// Folds a key's parked events in their order until one is still bad.
    private mutating func workThrough(
        _ line: [(offset: Int64, key: [UInt8]?)], of work: ParkedWork, _ it: LanePartition
    ) throws(RedisError) -> Int? {
        let settings = machine.settings
        let blobs = settings.keys.parked(settings.generation, it.topicName, it.partition)
        let index = settings.keys.parkedIndex(settings.generation, it.topicName, it.partition)
        let isHead = line[0].offset == work.offset
        var changes = Changeset()
        var bookkeeping = CommandBuffer()
        var released = 0
        var stillBad: String?
        for entry in line {
            if !isHead, entry.offset != work.offset { continue }
            if changes.commandCount >= settings.commandsPerTransaction { break }
            var ledger = it.ledger[entry.offset]
            if entry.offset == work.offset {
                switch work.request.action {
                case .retry: break
                case .skip: ledger = .skip
                case .edit(let value): ledger = .edit(value)
                }
                // Behind another event of its key an edited one stays where it is.
                if !isHead, work.request.action != .skip { break }
            }
            if ledger != .skip {
                guard let blob = try connection?.command("HGET", blobs, "\(entry.offset)").bytes,
                    let record = ParkedRecord(bytes: blob)
                else {
                    stillBad = "its record is missing or damaged in \(blobs)"
                    break
                }
                if let obstacle = record.obstacle(to: ledger) {
                    stillBad = obstacle
                    break
                }
                let value: [UInt8]? = if case .edit(let edited)? = ledger { edited } else { record.value }
                if case .bad(let bad) = fold(record, value: value, it, into: &changes) {
                    stillBad = "offset \(entry.offset) is still bad: \(bad.reason)"
                    var renewed = record
                    renewed.reason = bad.reason
                    renewed.view = bad.view
                    bookkeeping.begin(4)
                    bookkeeping.argument("HSET")
                    bookkeeping.argument(text: blobs)
                    bookkeeping.argument(entry.offset)
                    bookkeeping.argument(renewed.bytes)
                    break
                }
            }
            bookkeeping.command("HDEL", blobs, "\(entry.offset)")
            bookkeeping.begin(3)
            bookkeeping.argument("ZREM")
            bookkeeping.argument(text: index)
            bookkeeping.argument(LaneMachine.indexMember(entry.offset, entry.key))
            released += 1
        }
        let rows = changes.touchedEntries()
        var commands = CommandBuffer()
        changes.encode(into: &commands)
        commands.bytes.append(bookkeeping.bytes.span)
        commands.commandCount += bookkeeping.commandCount
        writeLedger(work, into: &commands)
        let rest = line.count - released
        let words =
            stillBad.map { "\(released) released; \($0)" }
            ?? "done: \(released) released\(rest > 0 && isHead ? ", \(rest) of the key are left: retry again" : "")"
        let done = try commit(work, it, commands, rows: rows, answer: words)
        return done ? work.slot : nil
    }

    private func fold(
        _ record: ParkedRecord, value: [UInt8]?, _ it: LanePartition, into changes: inout Changeset
    ) -> ProjectionOutcome {
        var list = HeaderList()
        for header in record.headers {
            if let value = header.value {
                list.append(name: header.name.span, value: value.span)
            } else {
                list.append(name: header.name.span, value: nil)
            }
        }
        // Spans of optional arrays cannot be made conditionally: four plain cases.
        switch (record.key, value) {
        case (let key?, let value?):
            return machine.projector.project(
                Event(
                    topic: it.topic, partition: it.partition, offset: record.offset, timestamp: record.timestamp,
                    key: key.span, value: value.span, headers: list), into: &changes)
        case (let key?, nil):
            return machine.projector.project(
                Event(
                    topic: it.topic, partition: it.partition, offset: record.offset, timestamp: record.timestamp,
                    key: key.span, value: nil, headers: list), into: &changes)
        case (nil, let value?):
            return machine.projector.project(
                Event(
                    topic: it.topic, partition: it.partition, offset: record.offset, timestamp: record.timestamp,
                    key: nil, value: value.span, headers: list), into: &changes)
        case (nil, nil):
            return machine.projector.project(
                Event(
                    topic: it.topic, partition: it.partition, offset: record.offset, timestamp: record.timestamp,
                    key: nil, value: nil, headers: list), into: &changes)
        }
    }

    /// One fenced transaction that also watches the rows and looks at them before EXEC; true where it was applied.
    private mutating func commit(
        _ work: ParkedWork, _ it: LanePartition, _ changes: borrowing CommandBuffer, rows: [TouchedEntry],
        answer words: String
    ) throws(RedisError) -> Bool {
        let settings = machine.settings
        let keys = settings.keys
        var watch = CommandBuffer()
        watch.command("UNWATCH")
        watch.begin(3 + rows.count)
        watch.argument("WATCH")
        watch.argument(text: keys.generation(settings.generation))
        watch.argument(it.checkpointKey)
        for row in rows { watch.argument(row.key) }
        watch.begin(3)
        watch.argument("MGET")
        watch.argument(text: keys.generation(settings.generation))
        watch.argument(it.checkpointKey)
        guard let answers = try connection?.roundTrip(watch), answers[1].isOK, let values = answers[2].elements,
            values[0].bytes == settings.generationText, values[1].bytes == it.believed,
            var checkpoint = Checkpoint(text: it.believed)
        else { return true }
        if let damage = try rowDamage(rows) {
            try connection?.command("UNWATCH")
            try answer(ParkingRequest(field: work.field, text: ""), work.request, "a row cannot take it: \(damage)")
            return true
        }
        checkpoint.confirmed = checkpoint.next
        checkpoint.writer = settings.writer
        checkpoint.turn += 1
        var commands = CommandBuffer()
        commands.command("MULTI")
        commands.bytes.append(changes.bytes.span)
        commands.commandCount += changes.commandCount
        commands.command("HDEL", keys.requests, work.field)
        commands.command("SET", keys.answer(work.request.identifier), words, "EX", "300")
        commands.begin(3)
        commands.argument("SET")
        commands.argument(it.checkpointKey)
        commands.argument(checkpoint.text)
        commands.command("EXEC")
        let replies = try connection?.roundTrip(commands) ?? []
        // Not applied (nil or an error): the request stays, and is read again with the next heartbeat.
        guard case .array(let results)? = replies.last else { return true }
        machine.carriedOut(work.slot, checkpoint: checkpoint)
        for (index, result) in results.enumerated() {
            guard case .error(let text) = result else { continue }
            let command = LaneMachine.describe(command: index + 1, in: commands.bytes.span)
            machine.damage(work.slot, "\(command): \(readableText(text)) (request for \(work.field))", now: Self.now())
            break
        }
        return true
    }
}

/// One request on its way.
struct ParkedWork {
    var field: String
    var request: RequestText
    var slot: Int
    var offset: Int64
}

extension LaneMachine {
    /// A request's transaction wrote this checkpoint.
    mutating func carriedOut(_ slot: Int, checkpoint: Checkpoint) {
        partitions[slot].believed = checkpoint.text
        partitions[slot].believedNext = checkpoint.next
        partitions[slot].believedConfirmed = checkpoint.confirmed
    }
}
