import CommandLine

/// A column of `lantern top`: numbers are never cut, so where there is no room the columns that matter least are left out.
struct TopColumn<Item>: Sendable {
    let heading: String
    var alignment = Table.Alignment.right
    /// 0: always there; the highest goes first.
    let importance: Int
    let cell: @Sendable (Item) -> String

    /// The lines of a table that has room in `width` columns; names may be cut, marked by an ellipsis.
    static func table(_ columns: [TopColumn], _ items: [Item], width: Int) -> [String] {
        var shown = columns
        while true {
            var table = Table(shown.map { .init($0.heading, $0.alignment) })
            for item in items { table.append(shown.map { $0.cell(item) }) }
            let lines = table.text().split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(
                String.init)
            let widest = lines.map(\.count).max() ?? 0
            guard widest > width else { return lines }
            let least = shown.map(\.importance).max() ?? 0
            guard least > 0, let index = shown.lastIndex(where: { $0.importance == least }) else {
                return lines.map { $0.count > width ? $0.prefix(width - 1) + "…" : $0 }
            }
            shown.remove(at: index)
        }
    }
}
