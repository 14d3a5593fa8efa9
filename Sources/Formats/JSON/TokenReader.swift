import CSimdjson
import Projections

/// One value with its structure, read from front to back: tokens, scalars, and containers that no path looks into.
///
/// Borrowed for one `decode`. Positions in it are positions in the value; nothing behind `count` is ever read. It is kept in
/// registers: what is not inlined works on a copy of it.
@safe
struct TokenReader {
    let value: UnsafePointer<UInt8>
    let count: Int
    private let positions: UnsafePointer<UInt32>
    private let positionCount: Int
    /// The place of the next token among the positions.
    private(set) var next = 0
    var nesting: Nesting
    /// The first backslash at or behind what was read last.
    private var backslash: Int

    @inline(__always)
    init(
        _ value: UnsafePointer<UInt8>, count: Int, positions: UnsafePointer<UInt32>, positionCount: Int,
        nesting: Nesting
    ) {
        self.nesting = nesting
        unsafe self.value = value
        self.count = count
        unsafe self.positions = positions
        self.positionCount = positionCount
        backslash = unsafe lantern_find_backslash(value, 0, count)
    }

    /// Whether no token is left.
    @inline(__always) var isAtEnd: Bool { next >= positionCount }

    /// Where the next token begins; the value's length behind the last one.
    @inline(__always) var position: Int { unsafe Int(positions[next]) }

    /// Takes the next token; a container is open, so that there must be one.
    @inline(__always)
    mutating func take() throws(DecodeFault) -> Int {
        if isAtEnd { throw .notJSON(reason: .brackets, at: count) }
        let at = position
        next &+= 1
        return at
    }

    @inline(__always)
    mutating func takeColon() throws(DecodeFault) {
        let at = try take()
        if unsafe value[at] != UInt8(ascii: ":") { throw .notJSON(reason: .syntax, at: at) }
    }

    @inline(__always)
    mutating func open(_ byte: UInt8, at: Int) throws(DecodeFault) {
        if !nesting.open(isObject: byte == UInt8(ascii: "{")) { throw .notJSON(reason: .tooDeep, at: at) }
    }

    // MARK: Scalars

    /// The string, number or word whose first token was just taken. Its text is checked in full, escapes of a string only
    /// if `isRead`.
    @inline(__always)
    mutating func scalar(at start: Int, isRead: Bool) throws(DecodeFault) -> FoundValue {
        let first = unsafe value[start]
        if first == UInt8(ascii: "\"") { return try string(at: start, isRead: isRead) }
        if first == UInt8(ascii: "-") || first &- UInt8(ascii: "0") < 10 { return try number(at: start) }
        return try word(first, at: start)
    }

    /// The string whose opening quote is at `start`. Only blanks can be between its closing quote and the next token.
    @inline(__always)
    mutating func string(at start: Int, isRead: Bool) throws(DecodeFault) -> FoundValue {
        var end = position &- 1
        while end > start, unsafe value[end] != UInt8(ascii: "\"") { end &-= 1 }
        if end <= start { throw .notJSON(reason: .unclosedString, at: start) }
        var kind = FoundValue.Kind.string
        if backslash < end, isRead {
            var copy = self
            if try copy.checkEscapes(from: start &+ 1, to: end) { kind = .escapedString }
            self = copy
        }
        return FoundValue(
            kind, start: UInt32(truncatingIfNeeded: start &+ 1), count: UInt32(truncatingIfNeeded: end &- start &- 1))
    }

    private mutating func findBackslash(from start: Int) {
        backslash = unsafe lantern_find_backslash(value, start, count)
    }

    /// Checks escapes and returns whether there are some. Unpaired surrogates are checked only if the text is needed.
    /// Source: RFC 8259, section 7.
    @inline(never)
    private mutating func checkEscapes(from start: Int, to end: Int) throws(DecodeFault) -> Bool {
        if backslash < start { findBackslash(from: start) }
        if backslash >= end { return false }
        while backslash < end {
            let at = backslash
            var behind = at &+ 2
            switch unsafe value[at &+ 1] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
                UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                break
            case UInt8(ascii: "u"):
                behind = at &+ 6
                if behind > end { throw .notJSON(reason: .escape, at: at) }
                for index in at &+ 2..<behind where unsafe hexDigit(value[index]) > 15 {
                    throw .notJSON(reason: .escape, at: at)
                }
            default: throw .notJSON(reason: .escape, at: at)
            }
            findBackslash(from: behind)
        }
        return true
    }

    /// Source: RFC 8259, section 6. Numbers of any length are valid.
    @inline(__always)
    private mutating func number(at start: Int) throws(DecodeFault) -> FoundValue {
        let limit = position
        var at = start
        if unsafe value[at] == UInt8(ascii: "-") { at &+= 1 }
        if at < limit, unsafe value[at] == UInt8(ascii: "0") {
            at &+= 1
        } else if !skipDigits(&at, limit) {
            throw .notJSON(reason: .number, at: start)
        }
        if at < limit, unsafe value[at] == UInt8(ascii: ".") {
            at &+= 1
            if !skipDigits(&at, limit) { throw .notJSON(reason: .number, at: start) }
        }
        if at < limit, unsafe value[at] | 0x20 == UInt8(ascii: "e") {
            at &+= 1
            if at < limit, unsafe value[at] == UInt8(ascii: "+") || value[at] == UInt8(ascii: "-") { at &+= 1 }
            if !skipDigits(&at, limit) { throw .notJSON(reason: .number, at: start) }
        }
        if !isEnd(at, limit) { throw .notJSON(reason: .number, at: start) }
        return FoundValue(
            .number, start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: at &- start))
    }

    /// Where the number at `start` ends that is nothing but digits up to the next token: most are so. nil: look closer.
    @inline(__always)
    private func plainIntegerEnd(from start: Int) -> Int? {
        let limit = position
        var at = start
        if !skipDigits(&at, limit) || at < limit || !isEnd(at, limit) { return nil }
        return unsafe value[start] == UInt8(ascii: "0") && at > start &+ 1 ? nil : at
    }

    /// Skips digits; false if there are none.
    @inline(__always)
    private func skipDigits(_ at: inout Int, _ limit: Int) -> Bool {
        let start = at
        while at < limit, unsafe value[at] &- UInt8(ascii: "0") < 10 { at &+= 1 }
        return at > start
    }

    /// Whether a number or a word may end there: at the end, or before a blank or an operator. Some of simdjson's kernels take two
    /// control characters for operators.
    @inline(__always)
    private func isEnd(_ at: Int, _ limit: Int) -> Bool {
        if at == limit { return unsafe limit == count || value[limit] >= 0x20 }
        return unsafe isBlank(value[at])
    }

    @inline(__always)
    private mutating func word(_ first: UInt8, at start: Int) throws(DecodeFault) -> FoundValue {
        let limit = position
        let kind: FoundValue.Kind
        let length: Int
        switch first {
        case UInt8(ascii: "t"): (kind, length) = (.yes, 4)
        case UInt8(ascii: "f"): (kind, length) = (.no, 5)
        case UInt8(ascii: "n"): (kind, length) = (.null, 4)
        case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: ":"), 0..<0x20:
            throw .notJSON(reason: .syntax, at: start)
        default: throw .notJSON(reason: .literal, at: start)
        }
        guard limit &- start >= length, isEnd(start &+ length, limit) else {
            throw .notJSON(reason: .literal, at: start)
        }
        // Four bytes are there; of `false` it compares the last four.
        let at = unsafe UnsafeRawPointer(value) + (start &+ length &- 4)
        let last = unsafe UInt32(littleEndian: at.loadUnaligned(as: UInt32.self))
        let wanted: UInt32 = kind == .yes ? 0x6575_7274 : kind == .no ? 0x6573_6C61 : 0x6C6C_756E
        if last != wanted { throw .notJSON(reason: .literal, at: start) }
        return FoundValue(kind, start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: length))
    }

    // MARK: Containers

    /// Any value that no path leads through, its first token just taken: checked in full if `isRead`, else as a scalar, or only
    /// for balanced brackets.
    @inline(__always)
    mutating func anyValue(at start: Int, isRead: Bool) throws(DecodeFault) -> FoundValue {
        if unsafe value[start] == UInt8(ascii: "\"") { return try string(at: start, isRead: isRead) }
        if let end = plainIntegerEnd(from: start) {
            return FoundValue(
                .number, start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: end &- start))
        }
        var copy = self
        let slot = try copy.otherValue(at: start, isRead: isRead)
        self = copy
        return slot
    }

    @inline(never)
    private mutating func otherValue(at start: Int, isRead: Bool) throws(DecodeFault) -> FoundValue {
        let byte = unsafe value[start]
        if byte | 0x20 != UInt8(ascii: "{") { return try scalar(at: start, isRead: isRead) }
        let end = isRead ? try checkContainer(byte, at: start) : try skipContainer(byte, at: start)
        return container(byte, start, end)
    }

    /// A value that is not read, its first token just taken.
    @inline(__always)
    mutating func pass(at start: Int) throws(DecodeFault) {
        let byte = unsafe value[start]
        if byte == UInt8(ascii: "\"") || plainIntegerEnd(from: start) != nil { return }
        var copy = self
        if byte | 0x20 == UInt8(ascii: "{") {
            _ = try copy.skipContainer(byte, at: start)
            self = copy
        } else {
            try copy.checkScalar(at: start)
        }
    }

    @inline(never)
    private mutating func checkScalar(at start: Int) throws(DecodeFault) { _ = try scalar(at: start, isRead: false) }

    @inline(__always)
    func container(_ byte: UInt8, _ start: Int, _ end: Int) -> FoundValue {
        FoundValue(
            byte == UInt8(ascii: "{") ? .object : .array, start: UInt32(truncatingIfNeeded: start),
            count: UInt32(truncatingIfNeeded: end &+ 1 &- start))
    }

    /// Skips a container, its bracket just taken; returns where its closing bracket is.
    @inline(never)
    private mutating func skipContainer(_ first: UInt8, at start: Int) throws(DecodeFault) -> Int {
        var text = self
        let outside = text.nesting.depth
        try text.open(first, at: start)
        var at = try text.take()
        while true {
            let byte = unsafe text.value[at]
            if byte | 0x20 == UInt8(ascii: "{") {
                try text.open(byte, at: at)
            } else if byte | 0x20 == UInt8(ascii: "}") {
                try text.close(byte, at: at)
                if text.nesting.depth == outside { break }
                at = try text.take()
                continue
            }
            at = try text.take()
        }
        self = text
        return at
    }

    @inline(__always)
    private mutating func close(_ byte: UInt8, at: Int) throws(DecodeFault) {
        if (byte == UInt8(ascii: "}")) != nesting.isInObject { throw .notJSON(reason: .brackets, at: at) }
        nesting.close()
    }

    /// Checks a container and all in it, its bracket just taken; returns where its closing bracket is.
    @inline(never)
    private mutating func checkContainer(_ first: UInt8, at start: Int) throws(DecodeFault) -> Int {
        var text = self
        let outside = text.nesting.depth
        try text.open(first, at: start)
        var mayClose = true
        while true {
            var at = try text.take()
            if unsafe !mayClose || text.value[at] | 0x20 != UInt8(ascii: "}") {
                if text.nesting.isInObject {
                    try text.checkName(at: at)
                    at = try text.take()
                }
                let byte = unsafe text.value[at]
                mayClose = byte | 0x20 == UInt8(ascii: "{")
                if mayClose {
                    try text.open(byte, at: at)
                    continue
                }
                _ = try text.scalar(at: at, isRead: true)
                at = try text.take()
            }
            mayClose = false
            if try text.closesAll(down: outside, &at) {
                self = text
                return at
            }
        }
    }

    @inline(__always)
    private mutating func checkName(at: Int) throws(DecodeFault) {
        if unsafe value[at] != UInt8(ascii: "\"") { throw .notJSON(reason: .syntax, at: at) }
        _ = try string(at: at, isRead: true)
        try takeColon()
    }

    /// Behind a value, at the token just taken: closes up to a comma, or down to `outside`. Answers whether that was reached.
    @inline(__always)
    private mutating func closesAll(down outside: Int, _ at: inout Int) throws(DecodeFault) -> Bool {
        while true {
            let byte = unsafe value[at]
            if byte == UInt8(ascii: ",") { return false }
            if byte | 0x20 != UInt8(ascii: "}") { throw .notJSON(reason: .syntax, at: at) }
            try close(byte, at: at)
            if nesting.depth == outside { return true }
            at = try take()
        }
    }
}

/// The digit's value; 255 if it is none.
@inline(__always)
func hexDigit(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- UInt8(ascii: "A") &+ 10
    default: 255
    }
}
