/// The keys that Redis should hold.
public struct OracleModel {
    public private(set) var entries: [[UInt8]: OracleEntry] = [:]

    /// Why the change would break its entry for good; nil if it would not.
    func damage(of change: OracleChange) -> String? {
        switch change.operation {
        case .incrementField(let name, let amount):
            guard case .sum(let sum)? = entries[change.key]?.field(name) else { return nil }
            return sum.addingReportingOverflow(amount).overflow ? "a hash sum overflows" : nil
        case .increment(let amount):
            let sum = entries[change.key]?.sum ?? 0
            return sum.addingReportingOverflow(amount).overflow ? "a counter overflows" : nil
        case .incrementScore(let member, let amount):
            let score = entries[change.key]?.untrimmed[member] ?? 0
            return abs(Int(score) + amount) >= 1 << 53 ? "a leaderboard's sum reaches 2^53" : nil
        default: return nil
        }
    }

    mutating func apply(_ change: OracleChange) {
        switch change.operation {
        case .delete: entries[change.key] = nil
        case .replaceHash(let fields):
            let entry = OracleEntry(.hash)
            entry.fields = fields
            entries[change.key] = fields.isEmpty ? nil : entry
        case .replaceString(let text):
            let entry = OracleEntry(.string)
            entry.text = text
            entries[change.key] = entry
        default: merge(change)
        }
        if let deadline = change.deadline { entries[change.key]?.deadline = deadline }
    }

    private mutating func merge(_ change: OracleChange) {
        if let existing = entries[change.key] {
            existing.apply(change.operation)
            if existing.isEmpty { entries[change.key] = nil }
            return
        }
        guard let kind = change.operation.kind else { return }
        let entry = OracleEntry(kind)
        if kind == .unique { entry.registers = OracleRegisters() }
        entry.apply(change.operation)
        if !entry.isEmpty { entries[change.key] = entry }
    }
}
