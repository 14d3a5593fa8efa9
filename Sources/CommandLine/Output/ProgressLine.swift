/// How far something is, as one line: a pure function of what it holds.
public struct ProgressLine: Sendable, Equatable {
    /// What is being done, such as `folding`.
    public var label: String
    /// How much is done, in whatever is counted.
    public var done: Int64
    /// How much there is in all; nil if that is not known, and then there is no bar.
    public var total: Int64?
    /// What else is worth seeing, in order: `("lag", "1.2k")`; what explains itself needs no name.
    public var fields: [(name: String, value: String)]

    public init(_ label: String, done: Int64, total: Int64? = nil, fields: [(name: String, value: String)] = []) {
        self.label = label
        self.done = done
        self.total = total
        self.fields = fields
    }

    public static func == (first: ProgressLine, second: ProgressLine) -> Bool {
        first.text(width: .max) == second.text(width: .max)
    }

    /// The line without a newline, at most `width` characters: if that is narrow, the bar shrinks and then disappears,
    /// and only then is the rest cut.
    public func text(width: Int) -> String {
        for cells in [20, 10] {
            let whole = text(cells: cells)
            if whole.count <= width { return whole }
        }
        let whole = text(cells: 0)
        return whole.count <= width ? whole : whole.prefix(max(0, width - 1)) + "…"
    }

    private func text(cells: Int) -> String {
        var parts = [label]
        if let total, total > 0 {
            let share = min(1, max(0, Double(done) / Double(total)))
            let bar = cells > 0 ? "[\(Self.bar(share: share, cells: cells))] " : ""
            parts.append("\(bar)\(Int(share * 100))%")
            parts.append("\(HumanNumber.count(done)) of \(HumanNumber.count(total))")
        } else {
            parts.append(HumanNumber.count(done))
        }
        parts += fields.map { $0.name.isEmpty ? $0.value : "\($0.name) \($0.value)" }
        return parts.joined(separator: "  ")
    }

    /// `cells` characters, filled from the left.
    static func bar(share: Double, cells: Int) -> String {
        let full = Int(share * Double(cells))
        return String(repeating: "=", count: full) + String(repeating: " ", count: cells - full)
    }
}
