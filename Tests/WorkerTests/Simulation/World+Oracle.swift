import Projections
import Records

@testable import Worker

// What must hold at every moment (Internals.md, "What must always hold").
extension World {
    /// What an edited event counts.
    static let edited = 7

    /// What is in Redis is the fold of the events below the checkpoint, for each partition.
    func checkOracle() {
        for partition in 0..<log.partitions where !bared.contains(partition) {
            guard let next = checkpoint(partition)?.next, next <= projected.end(partition) else {
                violation("partition \(partition): no checkpoint, or one beyond the log")
                continue
            }
            var expected = expected(partition, below: next)
            var found = state(partition)
            // A row that someone else spoilt is nobody's.
            for row in 0..<4 where isSpoilt("row:\(partition):k\(row)") {
                expected.rows[row] = nil
                found.rows[row] = nil
            }
            if found.rows != expected.rows || found.parked != expected.parked {
                violation("partition \(partition) at \(next): expected \(expected), found \(found)")
            }
            if !parks { checkDelivered(partition, below: next) }
        }
    }

    private func expected(_ partition: Int, below next: Int64) -> ModelLog.State {
        let ledger = ledger(partition)
        if parks, ledger.isEmpty { return projected.states[partition][Int(next)] }
        return projected.state(partition, below: next, ledger, parks: parks, edited: Self.edited)
    }

    /// Before the checkpoint passes a bad event the dead-letter topic has it.
    private func checkDelivered(_ partition: Int, below next: Int64) {
        for record in projected.records[partition].prefix(Int(next)).compactMap({ $0 })
        where record.isBad && !delivered.contains("\(partition):\(record.offset)") {
            violation("partition \(partition) passed \(record.offset), which no dead-letter topic has")
        }
    }

    /// A transaction in which a change failed is the last of its partition.
    func checkDamage(_ commands: [[[UInt8]]], _ failed: [Int]) {
        for (partition, end) in damagedAt {
            if let next = checkpoint(partition)?.next, next > end, !bared.contains(partition) {
                violation("partition \(partition) went on to \(next) after damage at \(end)")
            }
        }
        for index in failed where commands[index].count > 1 {
            let key = String(decoding: commands[index][1], as: UTF8.self)
            for partition in 0..<log.partitions where key.hasPrefix("row:\(partition):") {
                damagedAt[partition] = checkpoint(partition)?.next ?? 0
            }
        }
    }

    /// Readers are told of exactly the rows that change: the one entry of each transaction names those which it wrote, and those
    /// whose change failed; one that wrote none has no entry.
    func checkNotice(_ commands: [[[UInt8]]], _ failed: [Int]) {
        guard plan.announcesChanges else { return }
        let own = "lantern:"
        let refused = failed.filter { commands[$0].count > 1 }.map { String(decoding: commands[$0][1], as: UTF8.self) }
        let changed = redis.written.union(refused).filter { !$0.hasPrefix(own) }
        let entries = commands.filter { $0[0].elementsEqual("XADD".utf8) }
        let named = entries.flatMap { ChangeEntry(text: $0.last ?? [])?.keys ?? [] }
        let isWhole = changed == Set(named.map { String(decoding: $0, as: UTF8.self) })
        if isWhole, entries.count == (changed.isEmpty ? 0 : 1) { return }
        violation(
            "a transaction changed \(changed.sorted()), and \(entries.count) entries name \(named.map { String(decoding: $0, as: UTF8.self) })"
        )
    }

    var parks: Bool { plan.onError == .park }

    /// What the operator decided about a partition's events.
    func ledger(_ partition: Int) -> [Int64: LedgerEntry] {
        guard case .hash(let fields)? = redis.data[keys.ledger] else { return [:] }
        var entries: [Int64: LedgerEntry] = [:]
        for (field, text) in fields where field.hasPrefix("t:\(partition):") {
            if let offset = Int64(field.dropFirst("t:\(partition):".count)) {
                entries[offset] = LedgerEntry(text: text)
            }
        }
        return entries
    }

    func parked(_ partition: Int) -> [(offset: Int64, key: [UInt8]?)] {
        guard case .sorted(let members)? = redis.data[keys.parkedIndex("t", Int32(partition))] else { return [] }
        return members.keys.compactMap { ParkedRecord.place(inIndex: $0) }.sorted { $0.offset < $1.offset }
    }

    func hasDamage(_ partition: Int) -> Bool {
        guard case .hash(let fields)? = redis.data[keys.damage], let text = fields["00000001:t:\(partition)"] else {
            return false
        }
        let record = DamageRecord(text: String(decoding: text, as: UTF8.self))
        return record.holds(at: checkpoint(partition)?.next ?? 0)
    }

    /// Whether a row holds what no lane wrote there.
    func isSpoilt(_ key: String) -> Bool {
        switch redis.data[key] {
        case nil: return false
        case .hash(let fields)?:
            return ["count", "sum"].contains { name in
                fields[name].map { Int64(String(decoding: $0, as: UTF8.self)) == nil } ?? false
            }
        default: return true
        }
    }

    func state(_ partition: Int) -> ModelLog.State {
        var state = ModelLog.State()
        for row in 0..<4 {
            guard case .hash(let fields)? = redis.data["row:\(partition):k\(row)"] else { continue }
            func number(_ field: String) -> Int64 {
                fields[field].flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? .min
            }
            state.rows[row] = ModelLog.Row(
                count: Int(number("count")), sum: Int(number("sum")), last: number("last"))
        }
        state.parked = Set(parked(partition).map(\.offset))
        return state
    }

    /// As the shell looks at the rows of a replay.
    func damage(_ entries: [TouchedEntry]) -> String? {
        for entry in entries {
            let key = String(decoding: entry.key, as: UTF8.self)
            if isSpoilt(key) { return "\(key): it cannot take its changes" }
        }
        return nil
    }
}
