import Bytes
import Projections
import Records
import Redis

// A row could not take its change, and the checkpoint has passed it: every partition of that transaction stops, durably,
// until the generation is rebuilt.
extension LaneMachine {
    /// An element of EXEC failed, or the server does not execute transactions as a whole (`mayBeBare`: what was sent
    /// may be in the rows although no checkpoint moved).
    mutating func recordDamage(_ what: String, mayBeBare: Bool, now: Int64) {
        // With none in flight the reply was to the open transaction, whose events are folded and not closed.
        let sent = table.slots { $0.checkpoint.inFlight != nil }
        counters.damaged += 1
        let struck = sent.isEmpty ? table.slots { $0.checkpoint.isTouched } : sent
        for slot in struck {
            let partition = table[slot]
            let next = partition.stored.next
            let end = partition.checkpoint.inFlight?.next ?? partition.next
            table[slot].checkpoint.loseTrack()
            let words = "\(what); offsets \(next) to \(end - 1) of \(partition.name)"
            damage(slot, DamageRecord(checkpoint: mayBeBare ? next : end, words: words))
        }
        dropBatch(notBefore: now)
    }

    /// Found at the checkpoint.
    mutating func damage(_ slot: Int, _ words: String) {
        damage(slot, DamageRecord(checkpoint: table[slot].stored.next, words: words))
    }

    private mutating func damage(_ slot: Int, _ record: DamageRecord) {
        table[slot].damage = record
        writeDamage(slot, record.text)
        halt(slot, .damaged, damageText(slot, record.words))
    }

    /// What is known of a partition's damage when its checkpoint is read; true if it stops the partition.
    mutating func isDamaged(_ slot: Int, found: DamageRecord?, at next: Int64) -> Bool {
        guard let record = found ?? table[slot].damage else { return false }
        guard record.holds(at: next) else {
            // Redis has lost the damaged transaction: without its record, else that would hold again further on.
            table[slot].damage = nil
            writeDamage(slot, nil)
            return false
        }
        table[slot].damage = record
        if found == nil { writeDamage(slot, record.text) }
        halt(slot, .damaged, damageText(slot, record.words))
        return true
    }

    private mutating func writeDamage(_ slot: Int, _ record: String?) {
        let field = DamageRecord.field(
            settings.generationIdentifier, table[slot].topicName, table[slot].partition)
        side.write(DamageWrite(field: field, record: record))
    }

    private func damageText(_ slot: Int, _ words: String) -> String {
        "a row of \(table[slot].name) is damaged: \(words). The checkpoint has passed it, so removing the cause is not "
            + "enough: build the views again (`lantern run --fresh \(settings.plan.name)`)."
    }

    // MARK: Writing it

    func mustWriteDamage(now: Int64) -> Bool {
        guard let due = side.damageDueAt else { return false }
        return holdsGeneration && now >= due
    }

    /// Redis has acknowledged them: they are forgotten here.
    public mutating func damageWritten(_ writes: [DamageWrite]) {
        side.written(writes)
        endFence()
    }

    /// Redis did not take them; they are sent again.
    public mutating func damageRefused(now: Int64) {
        side.refusedDamage(settings, &random, now: now)
        endFence()
    }

    /// The generation's record is another one: the damage is written where its generation is.
    public mutating func damageHasNoPlace(found: [UInt8]?, now: Int64) { generationIs(found, now: now) }

    // MARK: Naming it

    func locateInFlight(command index: Int) -> String {
        switch session {
        case .none: "command \(index)"
        case .some(let session): locate(command: index, in: session.pipeline.bytesInFlight)
        }
    }

    /// `view v, key order:o-1: HINCRBY order:o-1 total 5`: a command of a transaction, with whose row it changes.
    func locate(command index: Int, in bytes: Span<UInt8>) -> String {
        let words = Self.words(ofCommand: index, in: bytes)
        guard words.count > 1 else { return "command \(index)" }
        let shown = words.prefix(4).map { String(readableText($0).prefix(80)) }.joined(separator: " ")
        let key = words[1]
        let view = settings.plan.views.first { view in
            let values = KeyPattern(view).parse(key.span)
            return values != nil
        }
        guard let view else { return shown }
        return "view \(view.name), key \(readableText(key)): \(shown)"
    }

    /// The arguments of one command of a transaction.
    private static func words(ofCommand index: Int, in bytes: Span<UInt8>) -> [[UInt8]] {
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
            var words: [[UInt8]] = []
            for _ in 0..<number() {
                let length = number()
                if command == index { words.append(bytes.extracting(at..<at + length).array) }
                at += length + 2
            }
            if command == index { return words }
            command += 1
        }
        return []
    }
}
