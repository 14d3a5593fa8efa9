import Records

/// A mistake that is made on purpose: the simulation must see it.
enum Plant: CaseIterable {
    /// A callback yields, so that librdkafka loses the element behind it.
    case yieldingCallback
    /// Kafka's library refuses to place a partition, and nobody minds.
    case ignoredPlacement
    /// Whether it is still the same log is looked at when a partition is assigned, and never again.
    case noInspection
    /// What was read ahead of a partition is handed on after it was placed elsewhere.
    case keptReadAhead
    /// Offsets are committed in the middle of a rebalance.
    case commitInRebalance
    /// A row that a transaction changed is left out of what it names.
    case omittedRow
    /// A transaction names a row that it did not change.
    case surplusRow

    /// Those that only readers who are told can see.
    static let ofNotices: [Plant] = [.omittedRow, .surplusRow]

    /// What it makes of the names of a transaction's rows.
    func mislaid(_ entry: [UInt8]) -> [UInt8] {
        switch self {
        case .omittedRow:
            let kept = ChangeEntry(text: entry)?.keys.dropFirst() ?? []
            return kept.flatMap { Array("\($0.count):".utf8) + $0 }
        case .surplusRow: return entry + Array("7:row:0:x".utf8)
        default: return entry
        }
    }
}
