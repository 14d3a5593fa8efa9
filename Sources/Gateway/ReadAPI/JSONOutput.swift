import Logging

/// JSON as bytes, written from front to back: rows are bytes already, and most of them need no escape.
struct JSONOutput {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init() { bytes.reserveCapacity(512) }

    mutating func object(_ body: (inout JSONOutput) -> Void) { nested(0x7B, 0x7D, body) }
    mutating func array(_ body: (inout JSONOutput) -> Void) { nested(0x5B, 0x5D, body) }

    mutating func name(_ name: String) { self.name(Array(name.utf8)) }

    mutating func name(_ name: [UInt8]) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func string(_ text: String) { string(Array(text.utf8)) }

    /// Bytes that are no UTF-8 are written as replacement characters.
    mutating func string(_ text: [UInt8]) {
        separate()
        quote(text)
        needsComma = true
    }

    mutating func number(_ value: Int64) { raw(Array("\(value)".utf8)) }
    mutating func null() { raw(Array("null".utf8)) }

    /// What is JSON already.
    mutating func raw(_ json: [UInt8]) {
        separate()
        bytes += json
        needsComma = true
    }

    /// A number as Redis writes it, or a string if JSON has no such number.
    mutating func number(orText text: [UInt8]) {
        if Self.isNumber(text) { raw(text) } else { string(text) }
    }

    private mutating func nested(_ open: UInt8, _ close: UInt8, _ body: (inout JSONOutput) -> Void) {
        separate()
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    private mutating func separate() { if needsComma { bytes.append(UInt8(ascii: ",")) } }

    private mutating func quote(_ text: [UInt8]) {
        let isPlain = text.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
        guard isPlain else {
            bytes += Array(JSONString.quoted(String(decoding: text, as: UTF8.self)).utf8)
            return
        }
        bytes.append(0x22)
        bytes += text
        bytes.append(0x22)
    }

    /// An optional sign, digits without a leading zero, a fraction, an exponent (RFC 8259, section 6).
    static func isNumber(_ text: [UInt8]) -> Bool {
        var rest = text[...]
        func digits() -> Int {
            let count = rest.prefix { (0x30...0x39).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let startsWithZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        if whole == 0 || startsWithZero && whole > 1 { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            if digits() == 0 { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            if digits() == 0 { return false }
        }
        return rest.isEmpty
    }
}
