public import Bytes

/// How a field is written in a key: `% : { }`, bytes below 0x20 and 0x7F become `%` and two capital hexadecimal digits,
/// so that a field never contains a separator. Source: Projections.md, "Keys".
public enum KeyEscape {
    /// Whether `byte` is written as `%XX` in a key's field.
    @inlinable @inline(__always)
    public static func escapes(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "%") || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}")
    }

    /// Appends `text` as a key's field.
    @inline(__always)
    public static func append(_ text: Span<UInt8>, to buffer: inout ByteBuffer) {
        if needsNone(text) { buffer.append(text) } else { appendEscaped(text, to: &buffer) }
    }

    /// Whether no byte of `text` is escaped, eight bytes at a time. Looked for are bytes whose high bit is set after the
    /// subtraction (below 0x20), and those that are zero after an exclusive or with one of the five others.
    /// Source: Anderson, "Bit Twiddling Hacks", "Determine if a word has a byte less than n".
    @inline(__always)
    static func needsNone(_ text: Span<UInt8>) -> Bool {
        let bytes = unsafe text.bytes
        let count = bytes.byteCount
        var at = 0
        while at &+ 8 <= count {
            if unsafe hasEscaped(bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)) { return false }
            at &+= 8
        }
        if at == count { return true }
        if count >= 8 {
            return unsafe !hasEscaped(bytes.unsafeLoadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
        }
        while at < count {
            if unsafe escapes(bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self)) { return false }
            at &+= 1
        }
        return true
    }

    @inline(__always)
    private static func hasEscaped(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        @inline(__always) func hasByte(below bound: UInt64, _ word: UInt64) -> UInt64 {
            (word &- ones &* bound) & ~word
        }
        let found =
            hasByte(below: 0x20, word) | hasByte(below: 1, word ^ ones &* 0x7F) | hasByte(below: 1, word ^ ones &* 0x25)
            | hasByte(below: 1, word ^ ones &* 0x3A) | hasByte(below: 1, word ^ ones &* 0x7B)
            | hasByte(below: 1, word ^ ones &* 0x7D)
        return found & 0x8080_8080_8080_8080 != 0
    }

    @inline(never)
    private static func appendEscaped(_ text: Span<UInt8>, to buffer: inout ByteBuffer) {
        var from = 0
        for index in text.indices where escapes(text[index]) {
            buffer.append(text.extracting(from..<index))
            append(text[index], to: &buffer)
            from = index + 1
        }
        buffer.append(text.extracting(from..<text.count))
    }

    /// Appends one byte of a key's field.
    static func append(_ byte: UInt8, to buffer: inout ByteBuffer) {
        guard escapes(byte) else { return buffer.append(byte) }
        buffer.append(UInt8(ascii: "%"))
        buffer.append(digit(byte >> 4))
        buffer.append(digit(byte & 15))
    }

    /// The text whose field `field` is; nil if no text is written so (a raw separator, another escape, nothing).
    public static func text(of field: Span<UInt8>) -> [UInt8]? {
        guard field.count > 0 else { return nil }
        var text: [UInt8] = []
        text.reserveCapacity(field.count)
        var index = 0
        while index < field.count {
            if field[index] == UInt8(ascii: "%") {
                guard index + 2 < field.count, let high = value(field[index + 1]), let low = value(field[index + 2]),
                    escapes(high << 4 | low)
                else { return nil }
                text.append(high << 4 | low)
                index += 3
            } else {
                guard !escapes(field[index]) else { return nil }
                text.append(field[index])
                index += 1
            }
        }
        return text
    }

    static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
