import Bytes
import Projections
import Records
import Redis

// Retry, skip and edit are carried out by the partition's own lane in its transactions: from outside they would race it.
extension Lane where Log: ~Copyable, Link: ~Copyable {
    /// Carries out what the operator asked, as much of it as one turn takes; the lane is quiet meanwhile.
    mutating func carryOut(_ requests: [ParkingRequest]) {
        let begin = services.now()
        var reload: Set<Int> = []
        var left = requests[...]
        do {
            while let request = left.first, requests.count - left.count < Self.requestsInTurn,
                services.now() - begin < Self.turnMilliseconds, !control.isStopRequested
            {
                guard let request = try read(request) else {
                    left.removeFirst()
                    continue
                }
                left[left.startIndex] = request
                var outcome = try carryOut(request)
                if case .badRow(let words, let work) = outcome { outcome = try endAtRow(words, work) }
                switch outcome {
                case .goesOn(let progress):
                    left[left.startIndex] = request.going(on: progress)
                    machine.carriedOut(reload: reload.sorted(), left: Array(left), since: begin, now: services.now())
                    return
                case .nothing, .badRow: left.removeFirst()
                case .read(let slot):
                    reload.insert(slot)
                    left.removeFirst()
                }
                // What came bare between MULTI and EXEC has ended the connection.
                if link == nil { return }
            }
            machine.carriedOut(reload: reload.sorted(), left: Array(left), since: begin, now: services.now())
        } catch { lostLink(error) }
    }

    /// So many requests are carried out before the lane looks around.
    private static var requestsInTurn: Int { 16 }
    /// After so long it looks around, too.
    private static var turnMilliseconds: Int64 { 50 }

    /// The longest text of a request: an edit has its value in hexadecimal.
    private static var longestRequest: Int64 { 40 << 20 }

    /// With its text; nil if it was withdrawn, or is longer than any request can be.
    private mutating func read(_ request: ParkingRequest) throws(RedisError) -> ParkingRequest? {
        guard request.text.isEmpty else { return request }
        let key = machine.settings.keys.requests
        let length = try link?.command("HSTRLEN", key, request.field).integer ?? 0
        guard length <= Self.longestRequest else {
            try link?.command("HDEL", key, request.field)
            services.report(
                .redis(
                    "the request \(request.field) in \(key) has \(length) bytes, more than any request can have: it was removed"
                ))
            return nil
        }
        guard let text = try link?.command("HGET", key, request.field).bytes else { return nil }
        return ParkingRequest(field: request.field, text: String(decoding: text, as: UTF8.self))
    }

    private mutating func carryOut(_ found: ParkingRequest) throws(RedisError) -> RequestOutcome {
        let parts = found.field.split(separator: ":")
        guard parts.count == 3, let number = Int32(parts[1]),
            let offset = parts[2] == KeySpace.all ? -1 : Int64(parts[2]),
            let slot = machine.table.slot(topic: String(parts[0]), partition: number)
        else { return .nothing }
        let partition = machine.partition(slot)
        guard partition.isFolding || partition.isHalted, !partition.isLeaving else { return .nothing }
        let read = RequestText(text: found.text)
        let isOfAll = if case .retryAll? = read?.action { true } else { false }
        guard let text = read, isOfAll == (offset == -1) else {
            let words = "the request cannot be read: \(found.text.prefix(200))"
            services.report(.redis("\(found.field): \(words)"))
            let none = ParkedWork(
                request: found, text: RequestText(action: .retry, identifier: "unreadable"), slot: slot,
                offset: offset)
            return try refuse(none, partition, words)
        }
        let work = ParkedWork(request: found, text: text, slot: slot, offset: offset)
        if partition.haltReason?.code == .damaged {
            return try refuse(
                work, partition, "\(partition.name) is damaged, and stays halted until the projection is built again")
        }
        if case .retryAll(let progress) = text.action { return try retryAll(work, progress, partition) }
        guard let own = try parked(of: partition, from: work.offset, to: "\(work.offset)", 1).first else {
            return try releaseHalted(work, partition)
        }
        if let older = try olderPartition(holding: own.key, before: slot) {
            return try refuse(work, partition, "events of this key in \(older) are parked before it: retry those first")
        }
        guard machine.settings.plan.isOrderDependent, let key = own.key else {
            return try releaseLine([own], work, partition)
        }
        // What the lane knows is what stands in Redis: its transaction holds only while the checkpoint is its own.
        let line = partition.held.parked.line(of: key).map { (offset: $0, key: own.key) }
        return try releaseLine(line.contains { $0.offset == own.offset } ? line : [own], work, partition)
    }

    /// Some of a partition's parked events, in order.
    mutating func parked(
        of partition: Partition, from first: Int64, to last: String, _ limit: Int
    ) throws(RedisError) -> [(offset: Int64, key: [UInt8]?)] {
        let index = machine.settings.keys.parkedIndex(partition.topicName, partition.partition)
        let answer = try link?.command("ZRANGE", index, "\(first)", last, "BYSCORE", "LIMIT", "0", "\(limit)")
        return (answer?.elements ?? []).compactMap { ParkedRecord.place(inIndex: $0.bytes) }
    }

    /// A parked event, with those of its key that queue behind it.
    private mutating func releaseLine(
        _ line: [(offset: Int64, key: [UInt8]?)], _ work: ParkedWork, _ partition: Partition
    ) throws(RedisError) -> RequestOutcome {
        let isHead = line[0].offset == work.offset
        if !isHead, work.text.action == .retry {
            return try refuse(
                work, partition, "offset \(line[0].offset) of the same key is parked before it: retry that one first")
        }
        let own = try record(work.offset, partition)
        if case .edit(let value) = work.text.action {
            guard let own else { return try refuse(work, partition, "its record is missing or damaged in Redis") }
            if let refusal = own.refusal(ofEdit: value, partition, machine.projector) {
                return try refuse(work, partition, refusal)
            }
        }
        var released = KeyQueueRelease(work, partition, machine.settings, isHead: isHead)
        for entry in line {
            let step = released.next(entry.offset)
            if step == .end { break }
            if step == .pass { continue }
            // One after the other: a key's events may be many, and each large.
            let record = entry.offset == work.offset ? own : try record(entry.offset, partition)
            guard released.take(entry, record, machine.projector) == .released else { break }
        }
        let rows = released.rows
        let words = released.words(of: line.count)
        return try conclude(
            work, partition, released.commands(own), rows: rows, decided: .some(own?.hash), released: released.released,
            .answered(words))
    }

    mutating func record(_ offset: Int64, _ partition: Partition) throws(RedisError) -> ParkedRecord? {
        let blobs = machine.settings.keys.parked(partition.topicName, partition.partition)
        return try link?.command("HGET", blobs, "\(offset)").bytes.flatMap { ParkedRecord(bytes: $0) }
    }

    /// Skip or edit of the event at which the partition halted.
    private mutating func releaseHalted(_ work: ParkedWork, _ partition: Partition) throws(RedisError) -> RequestOutcome
    {
        guard partition.isHalted, let own = partition.haltedAt, own.offset == work.offset, work.text.action != .retry
        else {
            return try refuse(work, partition, "no such event is parked, and \(partition.name) did not halt at it")
        }
        if case .edit(let value) = work.text.action,
            let refusal = own.refusal(ofEdit: value, partition, machine.projector)
        {
            return try refuse(work, partition, refusal)
        }
        var commands = CommandBuffer()
        work.writeLedger(machine.settings.keys, record: own.hash, into: &commands)
        return try conclude(
            work, partition, commands, rows: [], decided: .some(own.hash), .answered("done: the partition continues"))
    }

    /// Ends a request without having done anything for it.
    mutating func refuse(_ work: ParkedWork, _ partition: Partition, _ words: String) throws(RedisError)
        -> RequestOutcome
    {
        try conclude(work, partition, CommandBuffer(), rows: [], decided: nil, .answered("failed: \(words)"))
    }

    // MARK: The transaction

    /// One fenced transaction that also watches the request and the rows, and looks at the rows before EXEC. `decided`: the
    /// hash of the record that was decided about, where it is known; nil where the request is only answered.
    mutating func conclude(
        _ work: ParkedWork, _ partition: Partition, _ changes: borrowing CommandBuffer, rows: [TouchedEntry],
        decided record: UInt64??, released: [(offset: Int64, key: [UInt8]?)] = [], _ end: ParkedWork.End
    ) throws(RedisError) -> RequestOutcome {
        let settings = machine.settings
        guard let answers = try link?.roundTrip(ParkedWork.watch(work.request, partition, rows, settings)) else {
            return .nothing
        }
        if let text = refusal(in: answers) { return try leave(work, text) }
        guard let values = answers[2].elements, values[0].bytes == settings.generationText,
            values[1].bytes == partition.stored.text, let before = Checkpoint(text: partition.stored.text)
        else {
            try link?.command("UNWATCH")
            return .read(work.slot)
        }
        // Another request has replaced it, or it was withdrawn: it is no longer of use.
        guard answers[3].text == work.request.text else {
            try link?.command("UNWATCH")
            return .nothing
        }
        switch try lookAtRows(rows) {
        case .sound: break
        case .damaged(let words) where work.isOfAll: return .badRow(words, work)
        case .damaged(let words): return try refuse(work, partition, "a row cannot take it: \(words)")
        case .refused(let text): return try leave(work, text)
        }
        // Only behind a MULTI that was granted: what follows one that is refused would be carried out bare.
        guard let opened = try link?.command("MULTI"), opened.isOK else { return .nothing }
        let checkpoint = record == nil ? nil : work.checkpoint(after: before, settings)
        var body = work.body(changes, on: partition, settings, end, checkpoint)
        let count = body.commandCount
        body.command("EXEC")
        let replies = try link?.roundTrip(body) ?? []
        let outcome = try executed(work, record ?? nil, checkpoint, replies, count, body, released)
        if case .goesOn(let progress) = end, case .read = outcome,
            machine.partition(work.slot).stored.text == checkpoint?.text,
            machine.partition(work.slot).damage == nil
        {
            return .goesOn(progress)
        }
        return outcome
    }

    private mutating func executed(
        _ work: ParkedWork, _ record: UInt64?, _ checkpoint: Checkpoint?, _ replies: [RedisValue], _ count: Int,
        _ body: borrowing CommandBuffer, _ released: [(offset: Int64, key: [UInt8]?)]
    ) throws(RedisError) -> RequestOutcome {
        for reply in replies.prefix(count) {
            if case .error = reply { continue }
            guard reply != .simple(Array("QUEUED".utf8)) else { continue }
            machine.damage(
                work.slot,
                "Redis returned \(reply) inside MULTI instead of QUEUED: it may have run the command by itself")
            throw RedisError(.protocolViolation, "Redis does not execute transactions as a whole")
        }
        guard case .array(let results)? = replies.last else {
            if let text = refusal(in: replies) { return try leave(work, text) }
            // Fenced: read again. The request stays.
            return .read(work.slot)
        }
        guard let checkpoint else { return .nothing }
        machine.requestApplied(work, of: record, checkpoint: checkpoint, released)
        for (index, result) in results.enumerated() {
            let fault: String
            switch result {
            case .error(let text): fault = readableText(text)
            case .bulk(let text) where isInexact(text):
                fault = "the sum \(readableText(text)) reached ±2^53, where a score is no longer exact"
            default: continue
            }
            // The body has no MULTI in front.
            let command = machine.locate(command: index, in: body.bytes.span)
            machine.damage(work.slot, "\(command): \(fault) (request for \(work.request.field))")
            break
        }
        return .read(work.slot)
    }

    /// Redis refused: the request stays, and is tried again with a later heartbeat.
    private mutating func leave(_ work: ParkedWork, _ text: [UInt8]) throws(RedisError) -> RequestOutcome {
        services.report(.redis("carrying out the request for \(work.request.field): \(readableText(text))"))
        try link?.command("UNWATCH")
        return .nothing
    }

    private func isInexact(_ text: [UInt8]) -> Bool {
        Double(String(decoding: text, as: UTF8.self)).map { $0.magnitude >= 0x1p53 } ?? false
    }
}
