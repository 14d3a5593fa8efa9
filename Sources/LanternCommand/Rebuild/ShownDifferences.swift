import Worker

/// The first rows of each view that differ; all of them would not fit into memory, or on a screen.
struct ShownDifferences: Sendable {
    private static let limit = 20

    private(set) var rows: [RowDifference] = []
    private var counts: [String: Int] = [:]

    mutating func add(_ row: RowDifference) {
        let count = counts[row.view, default: 0]
        counts[row.view] = count + 1
        if count < Self.limit { rows.append(row) }
    }
}
