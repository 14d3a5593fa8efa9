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
        let sent = slots.filter { partitions[$0].isInFlight }
        let struck = sent.isEmpty ? slots.filter { partitions[$0].isTouched } : sent
        discardOpen()
        for slot in struck {
            let it = partitions[slot]
            partitions[slot].isInFlight = false
            let end = it.isInFlight ? it.sentNext : it.next
            let words = "\(what); offsets \(it.believedNext) to \(end - 1) of \(it.name)"
            damage(slot, DamageRecord(checkpoint: mayBeBare ? it.believedNext : end, words: words))
        }
        dropBatch(notBefore: now)
    }

    /// Found at the checkpoint.
    mutating func damage(_ slot: Int, _ words: String, now: Int64) {
        damage(slot, DamageRecord(checkpoint: partitions[slot].believedNext, words: words))
    }

    private mutating func damage(_ slot: Int, _ record: DamageRecord) {
        partitions[slot].damage = record
        writeDamage(slot, record.text)
        halt(slot, .damaged, damageText(slot, record.words))
    }

    /// What is known of a partition's damage when its checkpoint is read; true if it stops the partition.
    mutating func isDamaged(_ slot: Int, found: DamageRecord?, at next: Int64) -> Bool {
        guard let record = found ?? partitions[slot].damage else { return false }
        guard record.holds(at: next) else {
            // Redis has lost the damaged transaction: without its record, else that would hold again further on.
            partitions[slot].damage = nil
            writeDamage(slot, nil)
            return false
        }
        partitions[slot].damage = record
        if found == nil { writeDamage(slot, record.text) }
        halt(slot, .damaged, damageText(slot, record.words))
        return true
    }

    private mutating func writeDamage(_ slot: Int, _ record: String?) {
        let it = partitions[slot]
        let field = DamageRecord.field(settings.generationIdentifier, it.topicName, it.partition)
        unwritten.removeAll { $0.field == field }
        unwritten.append(DamageWrite(field: field, record: record))
        damageRetryAt = 0
    }

    private func damageText(_ slot: Int, _ words: String) -> String {
        "a row of \(partitions[slot].name) is damaged: \(words). The checkpoint has passed it, so removing the cause is not "
            + "enough: build the views again (`lantern run --fresh \(settings.plan.name)`)."
    }

    // MARK: Writing it

    func mustWriteDamage(now: Int64) -> Bool { !unwritten.isEmpty && !isDeaf && now >= damageRetryAt }

    /// Redis has acknowledged them: they are forgotten here.
    public mutating func damageWritten(_ writes: [DamageWrite]) {
        unwritten.removeAll { writes.contains($0) }
        damageRetryAt = 0
        damageBackOff = 0
        endFence()
    }

    /// Redis did not take them; they are sent again.
    public mutating func damageRefused(now: Int64) {
        damageBackOff = longer(damageBackOff)
        damageRetryAt = now + jittered(damageBackOff)
        endFence()
    }

    /// The generation is another one, to which this damage says nothing.
    public mutating func damageIsForeign(found: [UInt8]?) {
        unwritten.removeAll()
        generationIs(found)
    }

    /// On a new connection the damaged partitions are read again: it may be a Redis that has lost the damage.
    mutating func readDamagedAgain(now: Int64) {
        for slot in slots {
            if case .halted(let reason) = partitions[slot].phase, reason.code == .damaged {
                reload(slot, notBefore: now)
            }
        }
    }

    // MARK: Naming it

    /// `view v, key order:o-1: HINCRBY order:o-1 total 5`: a command of a transaction, with whose row it changes.
    func locate(command index: Int, in bytes: Span<UInt8>) -> String {
        let words = Self.words(ofCommand: index, in: bytes)
        let shown = Self.shown(words, index)
        guard words.count > 1 else { return shown }
        let key = words[1]
        let view = settings.plan.views.first { view in
            let values = KeyPattern(view).parse(key.span)
            return values != nil
        }
        guard let view else { return shown }
        return "view \(view.name), key \(readableText(words[1])): \(shown)"
    }

    private static func shown(_ words: [[UInt8]], _ index: Int) -> String {
        words.isEmpty
            ? "command \(index)" : words.prefix(4).map { String(readableText($0).prefix(80)) }.joined(separator: " ")
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
