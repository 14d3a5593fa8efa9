internal import Glibc
internal import System

/// One log line, not yet written.
struct LogLine {
    var level: LogLevel
    var message: String
    var fields: [LogField]
    /// Milliseconds since 1970.
    var time: Int64

    /// `2026-01-01T00:00:00.000Z info     partition assigned topic=orders partition=3`, ended by a newline.
    func text(hasColor: Bool) -> String {
        var line = Style.dim.applied(to: Self.timestamp(time), enabled: hasColor) + " "
        let name = level.rawValue + String(repeating: " ", count: 8 - level.rawValue.count)
        line += level.style.applied(to: name, enabled: hasColor) + " "
        line += TerminalText.visible(Redaction.redacted(message))
        for field in fields {
            line += " " + Style.dim.applied(to: field.name + "=", enabled: hasColor)
            switch Redaction.redacted(field) {
            case .text(let text): line += Self.readable(text)
            case .integer(let value): line += "\(value)"
            case .number(let value): line += "\(value)"
            case .boolean(let value): line += "\(value)"
            }
        }
        return line + "\n"
    }

    /// `{"time":"…","level":"info","message":"…","topic":"orders","partition":3}`, ended by a newline.
    var json: String {
        var line = "{\"time\":\"\(Self.timestamp(time))\",\"level\":\"\(level.rawValue)\",\"message\":"
        line += JSONString.quoted(Redaction.redacted(message))
        var seen: Set<String> = ["time", "level", "message"]
        // Of fields with one name the last holds, as in swift-log; one that takes a name of the line's own gets a dash.
        for (index, field) in fields.enumerated() {
            if fields[(index + 1)...].contains(where: { $0.name == field.name }) { continue }
            let name = seen.insert(field.name).inserted ? field.name : field.name + "_"
            line += ",\(JSONString.quoted(name)):"
            switch Redaction.redacted(field) {
            case .text(let text): line += JSONString.quoted(text)
            case .integer(let value): line += "\(value)"
            case .number(let value): line += value.isFinite ? "\(value)" : JSONString.quoted("\(value)")
            case .boolean(let value): line += "\(value)"
            }
        }
        return line + "}\n"
    }

    /// As it is if it is one word, otherwise quoted.
    private static func readable(_ text: String) -> String {
        let isPlain =
            !text.isEmpty && text.unicodeScalars.allSatisfy { $0 > " " && $0 != "\"" && $0 != "\\" && $0 != "\u{7F}" }
        return isPlain ? TerminalText.visible(text) : JSONString.quoted(text)
    }

    /// RFC 3339 in UTC, with milliseconds.
    static func timestamp(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&seconds, &parts)
        let date =
            unsafe "\(digits(parts.tm_year + 1900, 4))-\(digits(parts.tm_mon + 1, 2))-\(digits(parts.tm_mday, 2))"
        let clock = unsafe "\(digits(parts.tm_hour, 2)):\(digits(parts.tm_min, 2)):\(digits(parts.tm_sec, 2))"
        return "\(date)T\(clock).\(digits(Int32(milliseconds % 1000), 3))Z"
    }

    private static func digits(_ value: Int32, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
