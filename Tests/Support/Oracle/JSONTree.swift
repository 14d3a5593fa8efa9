/// Why bytes are not one JSON text.
struct JSONFault: Error {
    var reason: String
    var at: Int
}

/// A JSON text as a flat list of its values in the order in which they begin; texts of numbers and strings stay where
/// they are in the bytes. Reading never recurses, so that depth costs no stack.
struct JSONTree {
    enum Kind { case object, array, string, number, yes, no, null }

    struct Node {
        var kind: Kind
        /// The member's name between its quotes; nil in arrays and at the top.
        var name: Range<Int>?
        /// The whole value, quotes and brackets included.
        var range: Range<Int>
        /// The index of the first node behind this one and what it contains.
        var next: Int
    }

    /// Projections.md, "Reading an event", 1.
    static let deepest = 1_024

    let bytes: [UInt8]
    private(set) var nodes: [Node] = []
    private var position = 0

    init(_ bytes: [UInt8]) throws(JSONFault) {
        self.bytes = bytes
        nodes.reserveCapacity(16)
        try read()
    }

    private func fault(_ reason: String) -> JSONFault { JSONFault(reason: reason, at: position) }

    /// The byte here, 0 behind the end (where 0 is never valid outside of strings).
    private var here: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func skipBlanks() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    private mutating func read() throws(JSONFault) {
        var open: [Int] = []
        var name: Range<Int>?
        while true {
            skipBlanks()
            let byte = here
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                guard open.count < Self.deepest else { throw fault("too deep") }
                let isObject = byte == UInt8(ascii: "{")
                open.append(nodes.count)
                nodes.append(Node(kind: isObject ? .object : .array, name: name, range: position..<position, next: 0))
                position += 1
                skipBlanks()
                if here != (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    name = isObject ? try readName() : nil
                    continue
                }
                close(open.removeLast())
            } else {
                try readScalar(name)
            }
            // Behind a value.
            while true {
                guard let container = open.last else {
                    skipBlanks()
                    guard position == bytes.count else { throw fault("something stands behind the value") }
                    return
                }
                let isObject = nodes[container].kind == .object
                skipBlanks()
                if here == UInt8(ascii: ",") {
                    position += 1
                    skipBlanks()
                    name = isObject ? try readName() : nil
                    break
                }
                guard here == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    throw fault("a comma is missing")
                }
                close(open.removeLast())
            }
        }
    }

    private mutating func close(_ container: Int) {
        position += 1
        nodes[container].range = nodes[container].range.lowerBound..<position
        nodes[container].next = nodes.count
    }

    private mutating func readName() throws(JSONFault) -> Range<Int> {
        guard here == UInt8(ascii: "\"") else { throw fault("a name is missing") }
        let range = try readString()
        skipBlanks()
        guard here == UInt8(ascii: ":") else { throw fault("a colon is missing") }
        position += 1
        return range.lowerBound + 1..<range.upperBound - 1
    }

    private mutating func readScalar(_ name: Range<Int>?) throws(JSONFault) {
        let kind: Kind
        let range: Range<Int>
        switch here {
        case UInt8(ascii: "\""): (kind, range) = (.string, try readString())
        case UInt8(ascii: "t"): (kind, range) = (.yes, try readWord("true"))
        case UInt8(ascii: "f"): (kind, range) = (.no, try readWord("false"))
        case UInt8(ascii: "n"): (kind, range) = (.null, try readWord("null"))
        default: (kind, range) = (.number, try readNumber())
        }
        nodes.append(Node(kind: kind, name: name, range: range, next: nodes.count + 1))
    }

    private mutating func readWord(_ word: StaticString) throws(JSONFault) -> Range<Int> {
        let start = position
        for byte in word.description.utf8 {
            guard here == byte else { throw fault("no such word") }
            position += 1
        }
        return start..<position
    }

    private mutating func readDigits() -> Int {
        let start = position
        while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 { position += 1 }
        return position - start
    }

    private mutating func readNumber() throws(JSONFault) -> Range<Int> {
        let start = position
        if here == UInt8(ascii: "-") { position += 1 }
        let leadingZero = here == UInt8(ascii: "0")
        let count = readDigits()
        guard count > 0, !leadingZero || count == 1 else { throw fault("no value") }
        if here == UInt8(ascii: ".") {
            position += 1
            guard readDigits() > 0 else { throw fault("no digit behind the point") }
        }
        if here == UInt8(ascii: "e") || here == UInt8(ascii: "E") {
            position += 1
            if here == UInt8(ascii: "+") || here == UInt8(ascii: "-") { position += 1 }
            guard readDigits() > 0 else { throw fault("no digit in the exponent") }
        }
        return start..<position
    }

    private mutating func readString() throws(JSONFault) -> Range<Int> {
        let start = position
        position += 1
        while true {
            guard position < bytes.count else { throw fault("a string is not closed") }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return start..<position
            }
            if byte == UInt8(ascii: "\\") {
                try readEscape()
            } else if byte < 0x20 {
                throw fault("a control character in a string")
            } else if byte < 0x80 {
                position += 1
            } else {
                guard let length = UTF8Check.length(of: bytes, at: position) else { throw fault("not UTF-8") }
                position += length
            }
        }
    }

    private mutating func readEscape() throws(JSONFault) {
        position += 1
        switch here {
        case UInt8(ascii: "u"):
            guard JSONText.hexadecimal(bytes, at: position + 1) != nil else { throw fault("a malformed escape") }
            position += 5
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        default: throw fault("a malformed escape")
        }
    }
}
