extension Span<UInt8> {
    /// Whether both hold the same bytes.
    @inlinable @inline(__always)
    public func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        let (mine, others) = unsafe (bytes, other.bytes)
        var at = 0
        while at &+ 8 <= count {
            guard unsafe mine.word(at) == others.word(at) else { return false }
            at &+= 8
        }
        if at == count { return true }
        if count >= 8 { return unsafe mine.word(count &- 8) == others.word(count &- 8) }
        while at < count {
            guard unsafe self[unchecked: at] == other[unchecked: at] else { return false }
            at &+= 1
        }
        return true
    }

    /// Whether it holds the bytes of `text`.
    public func isEqual(to text: String) -> Bool {
        var index = 0
        for byte in text.utf8 {
            guard index < count, self[index] == byte else { return false }
            index += 1
        }
        return index == count
    }

    /// A copy as an array; for what outlives the borrowed bytes.
    public var array: [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(count)
        for index in indices { copy.append(self[index]) }
        return copy
    }

    /// The bytes as text for people: valid UTF-8 as it is, each other byte as `\xNN`.
    public var readable: String { readableText(array) }
}

/// The bytes as text for people and JSON: valid UTF-8 as it is, each other byte as `\xNN`.
public func readableText(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    var rest = bytes[...]
    while let first = rest.first {
        let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        if rest.count >= length, let scalar = String(validating: rest.prefix(length), as: UTF8.self) {
            text += scalar
            rest = rest.dropFirst(length)
        } else {
            let digits = String(first, radix: 16, uppercase: true)
            text += "\\x" + (digits.count == 1 ? "0" : "") + digits
            rest = rest.dropFirst()
        }
    }
    return text
}

extension RawSpan {
    /// The eight bytes from `offset` on, which must be there.
    @unsafe
    @inlinable @inline(__always)
    func word(_ offset: Int) -> UInt64 { unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self) }
}
