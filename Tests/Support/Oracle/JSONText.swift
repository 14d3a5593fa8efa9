/// Texts of JSON strings: what is between the quotes, and what it means.
enum JSONText {
    /// The number that four hexadecimal digits write; nil if they are no such.
    static func hexadecimal(_ bytes: [UInt8], at start: Int) -> UInt32? {
        guard start + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for index in start..<start + 4 {
            switch bytes[index] {
            case 0x30...0x39: value = value << 4 | UInt32(bytes[index] - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(bytes[index] - 0x41 + 10)
            case 0x61...0x66: value = value << 4 | UInt32(bytes[index] - 0x61 + 10)
            default: return nil
            }
        }
        return value
    }

    /// The text of what is between quotes (escapes known to be well formed), and whether each surrogate in it had
    /// its partner; one that had not is written as if it were a character, so that names can still be compared.
    static func unescaped(_ bytes: [UInt8], _ range: Range<Int>) -> (text: [UInt8], paired: Bool) {
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        var paired = true
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = bytes[position]
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                position += 1
                continue
            }
            switch bytes[position + 1] {
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"):
                var code = hexadecimal(bytes, at: position + 2) ?? 0
                position += 4
                if (0xD800..<0xDC00).contains(code), position + 8 <= range.upperBound,
                    bytes[position + 2] == UInt8(ascii: "\\"), bytes[position + 3] == UInt8(ascii: "u"),
                    let low = hexadecimal(bytes, at: position + 4), (0xDC00..<0xE000).contains(low)
                {
                    code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
                    position += 6
                } else if (0xD800..<0xE000).contains(code) {
                    paired = false
                }
                append(code, to: &text)
            case let other: text.append(other)
            }
            position += 2
        }
        return (text, paired)
    }

    private static func append(_ code: UInt32, to text: inout [UInt8]) {
        switch code {
        case 0..<0x80: text.append(UInt8(code))
        case 0x80..<0x800: text += [UInt8(0xC0 | code >> 6), UInt8(0x80 | code & 0x3F)]
        case 0x800..<0x10000:
            text += [UInt8(0xE0 | code >> 12), UInt8(0x80 | code >> 6 & 0x3F), UInt8(0x80 | code & 0x3F)]
        default:
            text += [
                UInt8(0xF0 | code >> 18), UInt8(0x80 | code >> 12 & 0x3F), UInt8(0x80 | code >> 6 & 0x3F),
                UInt8(0x80 | code & 0x3F),
            ]
        }
    }

    /// A JSON string that means these bytes: the short escapes, `\u00XX` for other control characters, all else as it is.
    static func quoted(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x22]
        for byte in text {
            switch byte {
            case 0x22: result += Array("\\\"".utf8)
            case 0x5C: result += Array("\\\\".utf8)
            case 0x08: result += Array("\\b".utf8)
            case 0x0C: result += Array("\\f".utf8)
            case 0x0A: result += Array("\\n".utf8)
            case 0x0D: result += Array("\\r".utf8)
            case 0x09: result += Array("\\t".utf8)
            case 0..<0x20:
                result += Array("\\u00".utf8) + [0x30 + byte >> 4, Array("0123456789abcdef".utf8)[Int(byte & 15)]]
            default: result.append(byte)
            }
        }
        return result + [0x22]
    }
}
