import Records
import System

extension Row {
    /// The two greatest units of a span: `29d 23h`.
    static func span(_ milliseconds: Int64) -> String {
        var rest = milliseconds / 1000
        var parts: [String] = []
        for (unit, size) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] as [(String, Int64)] {
            if rest >= size || !parts.isEmpty || unit == "s" { parts.append("\(rest / size)\(unit)") }
            rest %= size
        }
        return parts.prefix(2).joined(separator: " ")
    }

    /// For a terminal: without what would move its cursor.
    var text: String {
        var text = TerminalText.visible(key) + (expiresIn.map { "  (expires in \(Self.span($0)))" } ?? "") + "\n"
        let names = fields.map { TerminalText.visible($0.name) }
        let width = names.map(\.count).max() ?? 0
        for (name, field) in zip(names, fields) {
            let column = name + String(repeating: " ", count: width - name.count)
            text += "  " + (width > 0 ? column + "  " : "") + TerminalText.visible(field.value) + "\n"
        }
        return text
    }
}
