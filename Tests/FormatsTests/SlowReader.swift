import Projections

/// The same rules as `JSONValueDecoder`'s, written straight from Projections.md and RFC 8259: recursive, on arrays, one byte at a time.
struct SlowReader {
    struct Bad: Error {}
    typealias Path = (members: [[UInt32]], index: Int)

    let bytes: [UInt8]
    let wantsMembers: Bool
    var at = 0
    var depth = 0
    var result: Decoded

    static func read(_ bytes: [UInt8], _ paths: [String], wantsMembers: Bool, validatesWhole: Bool) -> Decoded {
        var reader = SlowReader(
            bytes: bytes, wantsMembers: wantsMembers,
            result: Decoded(found: Array(repeating: FoundValue(), count: paths.count)))
        do {
            try reader.readAll(
                paths.enumerated().map { index, path in
                    (path.split(separator: ".").map { $0.unicodeScalars.map(\.value) }, index)
                }, isRead: validatesWhole || wantsMembers)
            return reader.result
        } catch {
            return Decoded(fault: .notJSON(reason: .syntax, at: 0))
        }
    }

    private mutating func readAll(_ paths: [Path], isRead: Bool) throws {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Bad() }
        try checkStrings()
        skipBlanks()
        if peek == UInt8(ascii: "{") {
            result.whole = try readObject(paths, isRead: isRead, isTop: true)
        } else {
            result.whole = try readValue(isRead: isRead || peek != UInt8(ascii: "["))
        }
        skipBlanks()
        if at < bytes.count { throw Bad() }
    }

    /// No control characters in strings, all of them closed. A backslash hides what follows, wherever it stands.
    private func checkStrings() throws {
        var isInString = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if isInString && byte < 32 { throw Bad() }
            if byte == 0x5C {
                if isInString, index + 1 < bytes.count, bytes[index + 1] < 32 { throw Bad() }
                index += 2
                continue
            }
            if byte == 0x22 { isInString.toggle() }
            index += 1
        }
        if isInString { throw Bad() }
    }

    private var peek: UInt8 { at < bytes.count ? bytes[at] : 0 }

    private mutating func skipBlanks() {
        while [0x20, 0x09, 0x0A, 0x0D].contains(peek), at < bytes.count { at += 1 }
    }

    private mutating func expect(_ character: Character) throws {
        skipBlanks()
        guard peek == character.asciiValue! else { throw Bad() }
        at += 1
    }

    private mutating func enter() throws {
        depth += 1
        if depth > 1024 { throw Bad() }
    }

    private mutating func readObject(_ paths: [Path], isRead: Bool, isTop: Bool) throws -> FoundValue {
        let start = at
        try expect("{")
        try enter()
        var found: [[UInt32]] = []
        skipBlanks()
        if peek == UInt8(ascii: "}") {
            at += 1
            depth -= 1
            return slot(.object, start)
        }
        while true {
            skipBlanks()
            let (nameSlot, name) = try readString(isRead: true)
            let mine = paths.filter { $0.members[0] == name }
            if found.contains(name) {
                if !mine.isEmpty { throw Bad() }
                if isTop, wantsMembers { result.repeatsName = true }
            }
            found.append(name)
            try expect(":")
            skipBlanks()
            let ending = mine.filter { $0.members.count == 1 }
            let deeper = mine.filter { $0.members.count > 1 }.map { (Array($0.members.dropFirst()), $0.index) }
            let member = result.names.count
            if isTop, wantsMembers {
                result.names.append(nameSlot)
                result.values.append(FoundValue())
            }
            let isNeeded = isRead || !ending.isEmpty
            let value =
                peek == UInt8(ascii: "{") && !deeper.isEmpty
                ? try readObject(deeper, isRead: isNeeded, isTop: false) : try readValue(isRead: isNeeded)
            for path in ending { result.found[path.index] = value }
            if isTop, wantsMembers { result.values[member] = value }
            skipBlanks()
            at += 1
            if at > bytes.count { throw Bad() }
            if bytes[at - 1] == UInt8(ascii: "}") { break }
            if bytes[at - 1] != UInt8(ascii: ",") { throw Bad() }
        }
        depth -= 1
        return slot(.object, start)
    }

    private func slot(_ kind: FoundValue.Kind, _ start: Int) -> FoundValue {
        FoundValue(kind, start: UInt32(start), count: UInt32(at - start))
    }

    private mutating func readValue(isRead: Bool) throws -> FoundValue {
        let start = at
        switch peek {
        case UInt8(ascii: "\""): return try readString(isRead: isRead).0
        case UInt8(ascii: "{"):
            if isRead { return try readObject([], isRead: true, isTop: false) }
            try skip()
            return slot(.object, start)
        case UInt8(ascii: "["):
            if isRead { try readArray() } else { try skip() }
            return slot(.array, start)
        default:
            while at < bytes.count, !Array(" \t\n\r,:[]{}\"".utf8).contains(bytes[at]) { at += 1 }
            if peek == UInt8(ascii: "\"") && at < bytes.count { throw Bad() }
            let word = String(decoding: bytes[start..<at], as: UTF8.self)
            if word == "true" { return slot(.yes, start) }
            if word == "false" { return slot(.no, start) }
            if word == "null" { return slot(.null, start) }
            if word.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+\-]?[0-9]+)?/) != nil {
                return slot(.number, start)
            }
            throw Bad()
        }
    }

    private mutating func readArray() throws {
        try expect("[")
        try enter()
        skipBlanks()
        if peek == UInt8(ascii: "]") {
            at += 1
        } else {
            while true {
                skipBlanks()
                _ = try readValue(isRead: true)
                skipBlanks()
                at += 1
                if at > bytes.count { throw Bad() }
                if bytes[at - 1] == UInt8(ascii: "]") { break }
                if bytes[at - 1] != UInt8(ascii: ",") { throw Bad() }
            }
        }
        depth -= 1
    }

    /// Brackets only.
    private mutating func skip() throws {
        var open: [UInt8] = []
        var isInString = false
        repeat {
            guard at < bytes.count else { throw Bad() }
            let byte = bytes[at]
            at += 1
            switch byte {
            case 0x5C: at += 1
            case 0x22: isInString.toggle()
            case _ where isInString: break
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open.append(byte)
                if depth + open.count > 1024 { throw Bad() }
            case UInt8(ascii: "}"): if open.popLast() != UInt8(ascii: "{") { throw Bad() }
            case UInt8(ascii: "]"): if open.popLast() != UInt8(ascii: "[") { throw Bad() }
            default: break
            }
        } while !open.isEmpty
    }

    /// The string's slot, and its text in code points if it is checked.
    private mutating func readString(isRead: Bool) throws -> (FoundValue, [UInt32]) {
        guard peek == 0x22, at < bytes.count else { throw Bad() }
        at += 1
        let start = at
        var end = at
        while bytes[end] != 0x22 { end += bytes[end] == 0x5C ? 2 : 1 }
        at = end + 1
        let raw = Array(bytes[start..<end])
        let hasEscape = raw.contains(0x5C)
        let slot = FoundValue(
            hasEscape && isRead ? .escapedString : .string, start: UInt32(start), count: UInt32(raw.count))
        return (slot, isRead ? try text(raw) : [])
    }

    private func text(_ raw: [UInt8]) throws -> [UInt32] {
        var units: [UInt16] = []
        let scalars = Array(String(decoding: raw, as: UTF8.self).unicodeScalars)
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            guard scalar == "\\" else {
                units += Array(String(scalar).utf16)
                continue
            }
            let escape = scalars[index]
            index += 1
            if let place = Array("\"\\/bfnrt".unicodeScalars).firstIndex(of: escape) {
                units.append([0x22, 0x5C, 0x2F, 8, 12, 10, 13, 9][place])
            } else if escape == "u", index + 4 <= scalars.count {
                let digits = String(String.UnicodeScalarView(scalars[index..<index + 4]))
                guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit }), let unit = UInt16(digits, radix: 16) else {
                    throw Bad()
                }
                units.append(unit)
                index += 4
            } else {
                throw Bad()
            }
        }
        return Self.codePoints(units)
    }

    private static func codePoints(_ units: [UInt16]) -> [UInt32] {
        var points: [UInt32] = []
        for unit in units {
            if unit & 0xFC00 == 0xDC00, let last = points.last, last & 0xFFFF_FC00 == 0xD800 {
                points[points.count - 1] = 0x10000 + (last & 0x3FF) << 10 + UInt32(unit) & 0x3FF
            } else {
                points.append(UInt32(unit))
            }
        }
        return points
    }
}
