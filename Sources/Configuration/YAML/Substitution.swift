/// `${NAME}` and `${NAME:-default}` in a value; `$${` is a literal `${`.
enum Substitution {
    struct Fault: Error { var message: String }

    /// `text` with its variables replaced by their values, which are not looked at again.
    ///
    /// As in a shell, the default also replaces an empty value. A default ends at the first `}`.
    static func apply(to text: String, environment: [String: String]) throws(Fault) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var result = ""
        var rest = Substring(text)
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                result += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    throw Fault(message: "`${` without its `}`; write `$${` for the text `${`")
                }
                result += try value(of: rest[rest.index(rest.startIndex, offsetBy: 2)..<end], environment: environment)
                rest = rest[rest.index(after: end)...]
            } else {
                result += "$"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    private static func value(of reference: Substring, environment: [String: String]) throws(Fault) -> String {
        var name = reference
        var fallback: Substring?
        if let colon = reference.firstRange(of: ":-") {
            name = reference[..<colon.lowerBound]
            fallback = reference[colon.upperBound...]
            if reference[colon.upperBound...].contains("${") {
                throw Fault(message: "`${\(reference)}`: a default cannot hold another `${`")
            }
        }
        guard let first = name.unicodeScalars.first, isNameStart(first),
            name.unicodeScalars.allSatisfy({ isNameStart($0) || ("0"..."9").contains($0) })
        else {
            throw Fault(
                message: "`${\(reference)}` is not a reference to an environment variable: write `${NAME}` or "
                    + "`${NAME:-default}`, and `$${` for the text `${`")
        }
        let value = environment[String(name)]
        if let value, !value.isEmpty || fallback == nil { return value }
        if let fallback { return String(fallback) }
        throw Fault(
            message: "the environment variable `\(name)` is not set: set it, or give a default, `${\(name):-…}`")
    }

    private static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
    }
}
