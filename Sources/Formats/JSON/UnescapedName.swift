import Bytes
import Projections

extension ByteBuffer {
    /// Replaces the contents by the text of a string whose escapes were checked.
    ///
    /// An unpaired surrogate becomes the three bytes that UTF-8 would give it if it could: such names are equal only to
    /// themselves.
    mutating func setUnescaped(_ raw: UnsafePointer<UInt8>, count: Int) {
        removeAll(keeping: 1 << 16)
        var at = 0
        while at < count {
            let byte = unsafe raw[at]
            at += 1
            if byte != UInt8(ascii: "\\") {
                append(byte)
                continue
            }
            let escape = unsafe raw[at]
            at += 1
            switch escape {
            case UInt8(ascii: "b"): append(8)
            case UInt8(ascii: "f"): append(12)
            case UInt8(ascii: "n"): append(10)
            case UInt8(ascii: "r"): append(13)
            case UInt8(ascii: "t"): append(9)
            case UInt8(ascii: "u"):
                append(scalar: unsafe unicodeEscape(raw, &at, count))
            default: append(escape)
            }
        }
    }

    private mutating func append(scalar: UInt32) {
        if scalar < 0x80 {
            append(UInt8(scalar))
        } else if scalar < 0x800 {
            append(UInt8(0xC0 | scalar >> 6))
            append(UInt8(0x80 | scalar & 0x3F))
        } else {
            if scalar < 0x10000 {
                append(UInt8(0xE0 | scalar >> 12))
            } else {
                append(UInt8(0xF0 | scalar >> 18))
                append(UInt8(0x80 | scalar >> 12 & 0x3F))
            }
            append(UInt8(0x80 | scalar >> 6 & 0x3F))
            append(UInt8(0x80 | scalar & 0x3F))
        }
    }
}

/// The code point of a `\u` escape whose digits begin at `at`, joined with a low surrogate that follows a high one.
private func unicodeEscape(_ raw: UnsafePointer<UInt8>, _ at: inout Int, _ count: Int) -> UInt32 {
    let first = unsafe fourDigits(raw + at)
    at += 4
    guard first & 0xFC00 == 0xD800, at + 6 <= count, unsafe raw[at] == UInt8(ascii: "\\"),
        unsafe raw[at + 1] == UInt8(ascii: "u")
    else { return first }
    let second = unsafe fourDigits(raw + at + 2)
    guard second & 0xFC00 == 0xDC00 else { return first }
    at += 6
    return 0x10000 + (first & 0x3FF) << 10 + second & 0x3FF
}

private func fourDigits(_ digits: UnsafePointer<UInt8>) -> UInt32 {
    var number: UInt32 = 0
    for index in 0..<4 { unsafe number = number << 4 | UInt32(hexDigit(digits[index])) }
    return number
}
