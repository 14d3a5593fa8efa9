internal import System

/// Rows under headings, in columns as wide as their widest cell.
public struct Table: Sendable {
    /// Which side a column's cells lean to.
    public enum Alignment: Sendable { case left, right }

    /// A column: its heading and its side.
    public struct Column: Sendable {
        public var heading: String
        public var alignment: Alignment

        public init(_ heading: String, _ alignment: Alignment = .left) {
            self.heading = heading
            self.alignment = alignment
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    public init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row; missing cells are empty, those beyond the columns are left out.
    public mutating func append(_ cells: [String]) {
        rows.append(columns.indices.map { $0 < cells.count ? TerminalText.visible(cells[$0]) : "" })
    }

    /// The whole table, every line ended by a newline; the headings are bold if `hasColor`.
    public func text(hasColor: Bool = false) -> String {
        let widths = columns.indices.map { index in
            max(columns[index].heading.count, rows.map { $0[index].count }.max() ?? 0)
        }
        var text = Style.bold.applied(to: line(columns.map(\.heading), widths), enabled: hasColor) + "\n"
        for row in rows { text += line(row, widths) + "\n" }
        return text
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let blanks = String(repeating: " ", count: widths[index] - cell.count)
            text += (index > 0 ? "  " : "") + (columns[index].alignment == .right ? blanks + cell : cell + blanks)
        }
        while text.last == " " { text.removeLast() }
        return text
    }
}
