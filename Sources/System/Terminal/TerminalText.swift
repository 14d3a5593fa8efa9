/// Text that came from outside, made safe for a terminal.
public enum TerminalText {
    /// `text` with each character that would move the cursor or show nothing as an escape: keys and reasons come from
    /// events that anyone may have written, and two keys that look alike must be told apart.
    public static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { escape(of: $0) != nil }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if let escape = escape(of: scalar) { result += escape } else { result.unicodeScalars.append(scalar) }
        }
        return result
    }

    private static func escape(of scalar: Unicode.Scalar) -> String? {
        switch scalar.properties.generalCategory {
        case .control:
            let digits = String(scalar.value, radix: 16, uppercase: true)
            return "\\x" + (digits.count < 2 ? "0" : "") + digits
        case .lineSeparator, .paragraphSeparator: return "\\u{\(String(scalar.value, radix: 16))}"
        default: return scalar.isInvisible ? "\\u{\(String(scalar.value, radix: 16))}" : nil
        }
    }
}
