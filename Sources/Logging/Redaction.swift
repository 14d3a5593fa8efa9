/// Keeps secrets out of what is written: values under telling names, and passwords in URLs.
public enum Redaction {
    /// What is written instead of a secret.
    public static let mask = "***"

    private static let telling = ["password", "passphrase", "secret", "credential", "jaas", "token", "private-key"]

    /// Whether a value of that name is a secret (a path to a file that holds one is not).
    public static func isSecret(name: String) -> Bool {
        let name = name.lowercased().replacing("_", with: "-")
        if name.hasSuffix("-file") || name.hasSuffix(".location") { return false }
        return telling.contains { name.contains($0) }
    }

    /// `text` with the passwords of the URLs in it masked: `redis://user:***@host`.
    ///
    /// The part between `://` and the last `@` before a blank, a slash or a quote is the user's (RFC 3986).
    public static func redacted(_ text: String) -> String {
        guard text.contains("://") else { return text }
        var result = ""
        var rest = text[...]
        while let scheme = rest.firstRange(of: "://") {
            result += rest[..<scheme.upperBound]
            rest = rest[scheme.upperBound...]
            let end = rest.firstIndex { " \t\n\"'<>,/?#".contains($0) } ?? rest.endIndex
            guard let at = rest[..<end].lastIndex(of: "@") else { continue }
            if let colon = rest[..<at].firstIndex(of: ":") {
                result += rest[..<colon] + ":" + mask
            } else {
                result += mask
            }
            rest = rest[at...]
        }
        return result + rest
    }

    static func redacted(_ field: LogField) -> LogValue {
        if isSecret(name: field.name) { return .text(mask) }
        if case .text(let text) = field.value { return .text(redacted(text)) }
        return field.value
    }
}
