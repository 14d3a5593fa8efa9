/// What one value of an event is, before a place in a rule says whether it may be that.
enum OracleFound {
    case nothing
    case null
    /// A JSON string's text; its node where it is in the event's value.
    case string([UInt8], node: Int?)
    /// A number's text as it came.
    case number([UInt8])
    case boolean(Bool)
    /// An object or array.
    case structure(Int)
}

/// One event with its value parsed, and the values table of Projections.md read from it.
struct OracleReading {
    let event: OracleEvent
    /// nil in a tombstone.
    let tree: JSONTree?
    /// The path that the record key supplies in a tombstone.
    let declared: OraclePath?

    func found(_ value: OracleValue) throws(OracleBad) -> OracleFound {
        switch value {
        case .path(let path, _): return try found(path)
        case .key: return bytes(event.key)
        case .header(let name, _): return bytes(event.headers.last { $0.name.utf8.elementsEqual(name.utf8) }?.value)
        case .timestamp: return .number(Array(String(event.timestamp).utf8))
        case .partition: return .number(Array(String(event.partition).utf8))
        case .offset: return .number(Array(String(event.offset).utf8))
        case .text(let text), .plain(let text): return .string(Array(text.utf8), node: nil)
        }
    }

    private func bytes(_ bytes: [UInt8]?) -> OracleFound {
        guard let bytes else { return .nothing }
        return .string(bytes, node: nil)
    }

    private func found(_ path: OraclePath) throws(OracleBad) -> OracleFound {
        guard let tree else { return path == declared ? bytes(event.key) : .nothing }
        guard case .found(let node) = tree.find(path) else { return .nothing }
        return try found(node, in: tree)
    }

    func found(_ node: Int, in tree: JSONTree) throws(OracleBad) -> OracleFound {
        switch tree.nodes[node].kind {
        case .null: return .null
        case .yes: return .boolean(true)
        case .no: return .boolean(false)
        case .number: return .number(tree.raw(node))
        case .object, .array: return .structure(node)
        case .string:
            let (text, paired) = tree.text(node)
            guard paired else { throw OracleBad("an unpaired surrogate in a text that is needed") }
            return .string(text, node: node)
        }
    }

    /// The text by which types, `when` and declared keys are compared; nil if there is none.
    func text(_ value: OracleValue) throws(OracleBad) -> [UInt8]? {
        switch try found(value) {
        case .string(let text, _), .number(let text): text
        case .boolean(let yes): Self.word(yes)
        case .nothing, .null, .structure: nil
        }
    }

    /// Whether the change that needs this value is left out.
    func isLeftOut(_ value: OracleValue, evenNull: Bool = true) throws(OracleBad) -> Bool {
        switch value {
        case .path(_, optional: true), .header(_, optional: true): break
        default: return false
        }
        switch try found(value) {
        case .nothing: return true
        case .null: return evenNull
        default: return false
        }
    }

    /// A hash field's text; nil unsets it.
    func field(_ value: OracleValue) throws(OracleBad) -> [UInt8]? {
        switch try found(value) {
        case .nothing: throw OracleBad("a field's path finds nothing")
        case .null: nil
        case .string(let text, _), .number(let text): text
        case .boolean(let yes): Self.word(yes)
        case .structure(let node): tree?.compact(node)
        }
    }

    func member(_ value: OracleValue) throws(OracleBad) -> [UInt8] {
        switch try found(value) {
        case .string(let text, _), .number(let text): return text
        case .boolean(let yes): return Self.word(yes)
        case .nothing, .null, .structure: throw OracleBad("no member")
        }
    }

    func member(_ member: OracleMember) throws(OracleBad) -> [UInt8] {
        switch member {
        case .value(let value): return try self.member(value)
        case .template(let template):
            var result: [UInt8] = []
            for part in template.parts {
                switch part {
                case .literal(let text): result += Array(text.utf8)
                case .placeholder(let value): result += try self.member(value)
                }
            }
            return result
        }
    }

    /// A row's key, fields escaped.
    func key(_ template: OracleTemplate) throws(OracleBad) -> [UInt8] {
        var result: [UInt8] = []
        for part in template.parts {
            switch part {
            case .literal(let text): result += Array(text.utf8)
            case .placeholder(let value):
                switch try found(value) {
                case .string(let text, _):
                    guard !text.isEmpty else { throw OracleBad("an empty key field") }
                    result += Self.escaped(text)
                case .number(let text):
                    let isInteger = !text.contains { $0 == 0x2E || $0 == 0x65 || $0 == 0x45 }
                    guard isInteger else { throw OracleBad("a key field is no integer") }
                    result += text
                case .nothing, .null, .boolean, .structure: throw OracleBad("no key field")
                }
            }
        }
        return result
    }

    static func escaped(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in text {
            if byte < 0x20 || byte == 0x7F || byte == 0x25 || byte == 0x3A || byte == 0x7B || byte == 0x7D {
                result += [0x25, digit(byte >> 4), digit(byte & 15)]
            } else {
                result.append(byte)
            }
        }
        return result
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x41 + value - 10 }

    static func word(_ yes: Bool) -> [UInt8] { Array((yes ? "true" : "false").utf8) }
}
