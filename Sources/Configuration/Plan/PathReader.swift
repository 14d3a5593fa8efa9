package import Projections

/// Parses what a value may be: `$.a.b`, `$.a?`, `{@key}`, `{@header.name?}`, constants.
package enum PathReader {
    package struct Fault: Error { package var message: String }

    /// A value before its path has a place in the projection's table.
    package enum Value: Equatable {
        case path(JSONPath, isOptional: Bool)
        case attribute(ValueSource)
        /// The text of a constant, `$$` undone.
        case text(String)
    }

    static let attributes = [
        "{@key}", "{@timestamp}", "{@partition}", "{@offset}", "{@header.NAME}", "{@op}", "{@source.NAME}",
        "{@before.NAME}", "{@ce.NAME}", "{@envelope.NAME}", "{@schema}",
    ]

    package static func value(_ text: String) throws(Fault) -> Value {
        if text.hasPrefix("$$") { return .text(String(text.dropFirst())) }
        if text.hasPrefix("$") { return try path(text) }
        guard text.hasPrefix("{@") else { return .text(text) }
        if text.hasSuffix("}"), let path = try rooted(text.dropFirst().dropLast()) { return path }
        guard text.hasSuffix("}"), let source = attribute(text.dropFirst().dropLast()) else {
            let hint = Hint.text(for: text, among: attributes)
            throw Fault(message: "`\(text)` is not an attribute of a record\(hint)")
        }
        return .attribute(source)
    }

    /// `@key`, `@header.name?` and so on, without braces; nil if the record has no such thing.
    static func attribute(_ text: Substring) -> ValueSource? {
        switch text {
        case "@key": return .key
        case "@timestamp": return .timestamp
        case "@partition": return .partition
        case "@offset": return .offset
        default:
            guard text.hasPrefix("@header.") else { return nil }
            let isOptional = text.hasSuffix("?")
            let name = text.dropFirst("@header.".count).dropLast(isOptional ? 1 : 0)
            guard !name.isEmpty, !name.contains(where: { "{}?".contains($0) }) else { return nil }
            return .header(String(name), isOptional: isOptional)
        }
    }

    /// `@op`, `@source.ts_ms?` and so on, without braces: what the envelope has; nil if it is none of these.
    static func rooted(_ text: Substring) throws(Fault) -> Value? {
        let isOptional = text.hasSuffix("?")
        let body = text.dropLast(isOptional ? 1 : 0)
        for root in JSONPath.Root.allCases where root != .data {
            if !root.hasMembers {
                if body == "@\(root.rawValue)" { return .path(JSONPath(root, members: []), isOptional: isOptional) }
                continue
            }
            let head = "@\(root.rawValue)."
            guard body.hasPrefix(head) else { continue }
            let members = try members(body.dropFirst(head.count), of: "{\(text)}")
            if root == .ce, members.count > 1 {
                throw Fault(message: "`{\(text)}`: an attribute of a CloudEvent is one name, `{@ce.type}`")
            }
            return .path(JSONPath(root, members: members), isOptional: isOptional)
        }
        return nil
    }

    private static func path(_ text: String) throws(Fault) -> Value {
        let isOptional = text.hasSuffix("?")
        let body = text.dropFirst().dropLast(isOptional ? 1 : 0)
        guard body.hasPrefix("."), body.count > 1 else {
            throw Fault(
                message:
                    "`\(text)` is not a path: a path is `$.name` or `$.outer.inner`; the text `\(text)` is written "
                    + "`$\(text)`")
        }
        return .path(JSONPath(members: try members(body.dropFirst(), of: text)), isOptional: isOptional)
    }

    /// The members of `a.b`; `whole` is what the message shows.
    static func members(_ text: Substring, of whole: String) throws(Fault) -> [String] {
        // By scalars: a dot with a combining mark behind it is one `Character`, and still a dot.
        let members = text.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        for member in members {
            if member.isEmpty { throw Fault(message: "`\(whole)` has an empty name between its dots") }
            if let odd = member.unicodeScalars.first(where: isRefused) {
                let reason =
                    switch odd {
                    case "[", "]": "there are no array indices in version 1"
                    case "?": "`?` may stand only at the end of a path"
                    case "\"", "'": "names with quotes are not possible in version 1"
                    case "{", "}": "a path has no braces"
                    default: "names with spaces are not possible in version 1"
                    }
                throw Fault(message: "`\(whole)` is not a path: \(reason)")
            }
        }
        return members
    }

    private static func isRefused(_ scalar: Unicode.Scalar) -> Bool {
        "[]?\"'{}".unicodeScalars.contains(scalar) || scalar.properties.isWhitespace || scalar.value < 0x20
            || scalar.value == 0x7F
    }
}
