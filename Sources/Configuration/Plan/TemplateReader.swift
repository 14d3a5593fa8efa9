import Records

package import Projections

/// Takes apart `order:{orderId}`.
package enum TemplateReader {
    package enum Part: Equatable {
        case literal(String)
        case path(JSONPath)
        case attribute(ValueSource)
    }

    /// Literals and placeholders in turn; two literals never follow each other.
    package static func parts(_ text: String) throws(PathReader.Fault) -> [Part] {
        var parts: [Part] = []
        var literal = ""
        // By scalars: a `}` with a combining mark behind it is one `Character`, and still the end of a placeholder.
        var rest = Substring(text).unicodeScalars
        while let next = rest.first {
            if next == "}" { throw PathReader.Fault(message: "`}` without `{` in `\(text)`") }
            guard next == "{" else {
                literal.unicodeScalars.append(next)
                rest.removeFirst()
                continue
            }
            guard let end = rest.firstIndex(of: "}") else {
                throw PathReader.Fault(message: "`{` without `}` in `\(text)`")
            }
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = ""
            parts.append(try placeholder(Substring(rest[rest.index(after: rest.startIndex)..<end])))
            rest = rest[rest.index(after: end)...]
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        return parts
    }

    private static func placeholder(_ text: Substring) throws(PathReader.Fault) -> Part {
        if text.hasSuffix("?") {
            throw PathReader.Fault(message: "`{\(text)}`: a placeholder cannot be optional; remove the `?`")
        }
        if text.hasPrefix("@") {
            if let source = PathReader.attribute(text) { return .attribute(source) }
            if case .path(let path, _)? = try PathReader.rooted(text) { return .path(path) }
            let hint = Hint.text(for: "{\(text)}", among: PathReader.attributes)
            throw PathReader.Fault(message: "`{\(text)}` is not an attribute of a record\(hint)")
        }
        if text.hasPrefix("$") {
            throw PathReader.Fault(
                message: "`{\(text)}`: in a template, write a path without `$.`: `{\(text.drop { "$.".contains($0) })}`"
            )
        }
        return .path(JSONPath(members: try PathReader.members(text, of: "{\(text)}")))
    }

    /// Why `parts` cannot be the template of a view's keys; nil if they can (Projections.md, "Keys").
    package static func fault(inKey parts: [Part]) -> String? {
        guard case .literal(let first)? = parts.first else {
            return "a key must begin with text, such as `order:`, which distinguishes the view's rows from others"
        }
        let own = KeySpace.prefix
        if first.hasPrefix(own) { return "keys that begin with `lantern:` are Lantern's own: begin with another word" }
        if own.hasPrefix(first), parts.count > 1 || first == own {
            return
                "a key that begins with `\(first)` could become one of Lantern's own (`lantern:`): begin with another word"
        }
        if first.utf8.count > 4_096 { return "a key has at most 4096 bytes" }
        var hasSeparator = true
        for part in parts {
            if case .literal(let text) = part {
                hasSeparator = hasSeparator || text.utf8.contains(UInt8(ascii: ":"))
            } else {
                if !hasSeparator {
                    return "at least one `:` is needed between two placeholders, so that a key can be read back"
                }
                hasSeparator = false
            }
        }
        return nil
    }
}
