/// A JSON text as a tree; for schemas, not for events.
package enum SchemaJSON: Equatable, Sendable {
    case null
    case bool(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([SchemaJSON])
    case object([Member])

    package struct Member: Equatable, Sendable {
        package let name: String
        package let value: SchemaJSON
    }

    /// The member of that name; nil if it is not an object or has none.
    package subscript(name: String) -> SchemaJSON? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// A whole number, or the text of one.
    package var integer: Int? {
        switch self {
        case .number(let text), .string(let text): Int(text)
        default: nil
        }
    }

    package init(parsing bytes: [UInt8]) throws(SchemaFault) {
        var parser = SchemaJSONParser(bytes)
        self = try parser.whole()
    }
}

/// Source: RFC 8259.
private struct SchemaJSONParser {
    private static let deepest = 256
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func whole() throws(SchemaFault) -> SchemaJSON {
        let value = try value(depth: 0)
        skipBlanks()
        if at < bytes.count { throw fault("something follows it") }
        return value
    }

    private func fault(_ reason: String) -> SchemaFault {
        SchemaFault("the schema is not JSON: \(reason) (at byte \(at))")
    }

    private mutating func skipBlanks() {
        while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
    }

    private mutating func take(_ byte: Character) -> Bool {
        skipBlanks()
        guard at < bytes.count, bytes[at] == byte.asciiValue else { return false }
        at += 1
        return true
    }

    private mutating func value(depth: Int) throws(SchemaFault) -> SchemaJSON {
        if depth > Self.deepest { throw fault("it is nested deeper than \(Self.deepest) levels") }
        skipBlanks()
        guard at < bytes.count else { throw fault("it ends too early") }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        default: return try word()
        }
    }

    private mutating func object(depth: Int) throws(SchemaFault) -> SchemaJSON {
        at += 1
        var members: [SchemaJSON.Member] = []
        if take("}") { return .object(members) }
        repeat {
            skipBlanks()
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw fault("a name is missing") }
            let name = try string()
            guard take(":") else { throw fault("a colon is missing") }
            members.append(SchemaJSON.Member(name: name, value: try value(depth: depth + 1)))
        } while take(",")
        guard take("}") else { throw fault("a comma or brace is missing") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(SchemaFault) -> SchemaJSON {
        at += 1
        var elements: [SchemaJSON] = []
        if take("]") { return .array(elements) }
        repeat { elements.append(try value(depth: depth + 1)) } while take(",")
        guard take("]") else { throw fault("a comma or bracket is missing") }
        return .array(elements)
    }

    private mutating func word() throws(SchemaFault) -> SchemaJSON {
        let start = at
        while at < bytes.count, !Array(",]}: \n\r\t\"".utf8).contains(bytes[at]) { at += 1 }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        switch text {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default:
            guard Double(text) != nil else { throw fault("“\(text)” is not a value") }
            return .number(text)
        }
    }

    private mutating func string() throws(SchemaFault) -> String {
        at += 1
        var text: [UInt8] = []
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            if bytes[at] == UInt8(ascii: "\\") {
                text.append(contentsOf: try escape())
            } else {
                text.append(bytes[at])
                at += 1
            }
        }
        guard at < bytes.count else { throw fault("a string is not closed") }
        at += 1
        guard let valid = String(validating: text, as: UTF8.self) else { throw fault("a string is not UTF-8") }
        return valid
    }

    private mutating func escape() throws(SchemaFault) -> [UInt8] {
        guard at + 1 < bytes.count else { throw fault("a string is not closed") }
        let letter = bytes[at + 1]
        at += 2
        switch letter {
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
        case UInt8(ascii: "u"):
            var units = [try unit()]
            if units[0] & 0xFC00 == 0xD800, at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
                bytes[at + 1] == UInt8(ascii: "u")
            {
                at += 2
                units.append(try unit())
            }
            guard let text = String(validating: units, as: UTF16.self) else { throw fault("a surrogate has no pair") }
            return Array(text.utf8)
        default: throw fault("a string has a malformed escape")
        }
    }

    private mutating func unit() throws(SchemaFault) -> UInt16 {
        guard at + 4 <= bytes.count,
            let unit = UInt16(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
        else { throw fault("a string has a malformed escape") }
        at += 4
        return unit
    }
}
