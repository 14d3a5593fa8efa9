public import Bytes

/// How a field stands in a key: `% : { }`, bytes below 0x20 and 0x7F become `%` and two capital hexadecimal digits, so
/// that a field never contains a separator. Source: PROJECTIONS.md, "Rules by kind".
public enum KeyEscape {
    /// Whether `byte` is written as `%XX` in a key's field.
    @inlinable @inline(__always)
    public static func escapes(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "%") || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}")
    }

    /// Appends `text` as a key's field.
    public static func append(_ text: Span<UInt8>, to buffer: inout ByteBuffer) {
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

    /// The text whose field `field` is; nil where no text is written so (a raw separator, another escape, nothing).
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
