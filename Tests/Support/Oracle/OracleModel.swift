/// The keys that Redis should hold.
public struct OracleModel {
    public private(set) var entries: [[UInt8]: OracleEntry] = [:]

    /// Why the change would break its entry for good; nil where it would not.
    func damage(of change: OracleChange) -> String? {
        let entry = entries[change.key]
        switch (change.operation, entry?.content) {
        case (.incrementField(let name, let amount), .hash(let fields)):
            guard case .sum(let sum)? = fields.first(where: { $0.name == name })?.field else { return nil }
            return sum.addingReportingOverflow(amount).overflow ? "a hash sum overflows" : nil
        case (.increment(let amount), .counter(let sum)):
            return sum.addingReportingOverflow(amount).overflow ? "a counter overflows" : nil
        case (.incrementScore(let member, let amount), let content):
            var score = 0.0
            if case .sortedSet(let scores)? = content { score = scores[member] ?? 0 }
            return abs(Int(score) + amount) >= 1 << 53 ? "a leaderboard's sum reaches 2^53" : nil
        default: return nil
        }
    }

    mutating func apply(_ change: OracleChange) {
        switch change.operation {
        case .delete: entries[change.key] = nil
        case .replaceHash(let fields):
            entries[change.key] = fields.isEmpty ? nil : OracleEntry(.hash(fields))
        case .replaceString(let text): entries[change.key] = OracleEntry(.string(text))
        default: merge(change)
        }
        if let deadline = change.deadline { entries[change.key]?.deadline = deadline }
    }

    private mutating func merge(_ change: OracleChange) {
        let entry: OracleEntry
        if let existing = entries[change.key] {
            entry = existing
        } else {
            guard let content = change.operation.emptyContent else { return }
            entry = OracleEntry(content)
            entries[change.key] = entry
        }
        entry.merge(change.operation)
        if entry.isEmpty { entries[change.key] = nil }
    }
}

extension OracleEntry {
    fileprivate func merge(_ operation: OracleChange.Operation) {
        let old = content
        content = .counter(0)  // so that `old` is the only owner of what it holds
        content = Self.merged(old, operation)
    }

    private static func merged(_ old: consuming Content, _ operation: OracleChange.Operation) -> Content {
        switch (old, operation) {
        case (.hash(var fields), .setField(let name, let text)):
            set(.text(text), name, in: &fields)
            return .hash(fields)
        case (.hash(var fields), .unsetField(let name)):
            fields.removeAll { $0.name == name }
            return .hash(fields)
        case (.hash(var fields), .incrementField(let name, let amount)):
            var sum = 0
            if case .sum(let before)? = fields.first(where: { $0.name == name })?.field { sum = before }
            set(.sum(sum + amount), name, in: &fields)
            return .hash(fields)
        case (.counter(let sum), .increment(let amount)): return .counter(sum + amount)
        case (.set(var members), .add(let member)):
            members.insert(member)
            return .set(members)
        case (.set(var members), .remove(let member)):
            members.remove(member)
            return .set(members)
        case (.sortedSet(var scores), let operation):
            score(operation, in: &scores)
            return .sortedSet(scores)
        case (.latest(var scores, let keep), .addLatest(let member, let time, _)):
            scores[member] = max(scores[member] ?? time, time)
            // Trimmed now and then: what falls out could come back only with a newer time, so it is all the same.
            if scores.count > 2 * keep + 32 { scores = trimmed(scores, keep: keep) }
            return .latest(scores, keep: keep)
        case (.unique(var registers), .addUnique(let member)):
            registers.add(member)
            return .unique(registers)
        case (let other, _):
            assertionFailure("two kinds of change met in one entry")
            return other
        }
    }

    private static func set(_ field: Field, _ name: [UInt8], in fields: inout [(name: [UInt8], field: Field)]) {
        if let index = fields.firstIndex(where: { $0.name == name }) {
            fields[index].field = field
        } else {
            fields.append((name, field))
        }
    }

    private static func score(_ operation: OracleChange.Operation, in scores: inout [[UInt8]: Double]) {
        switch operation {
        case .remove(let member): scores[member] = nil
        case .score(let member, let score): scores[member] = score
        case .incrementScore(let member, let amount): scores[member] = Double(Int(scores[member] ?? 0) + amount)
        case .maximum(let member, let score): scores[member] = max(scores[member] ?? score, score)
        case .minimum(let member, let score): scores[member] = min(scores[member] ?? score, score)
        default: assertionFailure("no change of a sorted set")
        }
    }
}
