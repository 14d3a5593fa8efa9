import Bytes

/// What a lane writes outside of its transactions: what `status` shows, and damage records.
struct SideCommands {
    private var statusCommands: [[String]] = []
    /// Those that Redis has not acknowledged yet, one for each partition at most.
    private(set) var damageRecords: [DamageWrite] = []
    /// When they are sent again; nil: at once.
    private var damageRetryAt: Int64?
    private var damageBackOff = BackOff()
    /// slot → why it does not continue although nothing has halted it, until it does.
    private var refusals: [Int: String] = [:]

    // MARK: Status

    /// Sent at the next opportunity, and forgotten if too much waits.
    mutating func add(_ command: [String]) {
        if statusCommands.count < 1_000 { statusCommands.append(command) }
    }

    mutating func takeStatusCommands() -> [[String]] {
        defer { statusCommands.removeAll() }
        return statusCommands
    }

    func refusal(of slot: Int) -> String? { refusals[slot] }

    /// Returns whether this is news.
    mutating func refused(_ slot: Int, _ words: String) -> Bool { refusals.updateValue(words, forKey: slot) != words }

    /// Returns whether it had been refused.
    mutating func wentOn(_ slot: Int) -> Bool {
        !refusals.isEmpty && refusals.removeValue(forKey: slot) != nil
    }

    // MARK: Damage

    /// Whether some were never tried.
    var hasUntried: Bool { !damageRecords.isEmpty && damageRetryAt == nil }
    /// When they are to be written; nil: there are none.
    var damageDueAt: Int64? { damageRecords.isEmpty ? nil : damageRetryAt ?? 0 }

    mutating func write(_ record: DamageWrite) {
        damageRecords.removeAll { $0.field == record.field }
        damageRecords.append(record)
        damageRetryAt = nil
    }

    /// Redis has acknowledged them: they are forgotten here.
    mutating func written(_ records: [DamageWrite]) {
        damageRecords.removeAll { records.contains($0) }
        damageRetryAt = nil
        damageBackOff.reset()
    }

    /// Redis did not take them; they are sent again.
    mutating func refusedDamage(_ settings: LaneSettings, _ random: inout SplitMix64, now: Int64) {
        damageRetryAt = now + damageBackOff.next(settings, &random)
    }
}
