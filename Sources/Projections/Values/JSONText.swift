package import Bytes

/// Text of JSON that the decoder has already checked: escapes are well formed, brackets match.
package enum JSONText {
    /// Appends what a string with escapes says; false for an unpaired surrogate.
    package static func unescape(_ text: Span<UInt8>, to buffer: inout ByteBuffer) -> Bool {
        var index = 0
        while index < text.count {
            let start = index
            while index < text.count, text[index] != UInt8(ascii: "\\") { index += 1 }
            buffer.append(text.extracting(start..<index))
            guard index + 1 < text.count else { return index == text.count }
            let letter = text[index + 1]
            index += 2
            switch letter {
            case UInt8(ascii: "n"): buffer.append(0x0A)
            case UInt8(ascii: "t"): buffer.append(0x09)
            case UInt8(ascii: "r"): buffer.append(0x0D)
            case UInt8(ascii: "b"): buffer.append(0x08)
            case UInt8(ascii: "f"): buffer.append(0x0C)
            case UInt8(ascii: "u"):
                guard let scalar = scalar(text, &index) else { return false }
                append(scalar, to: &buffer)
            default: buffer.append(letter)
            }
        }
        return true
    }

    /// The character of the `\u` escape whose digits begin at `index`, its second half included.
    private static func scalar(_ text: Span<UInt8>, _ index: inout Int) -> UInt32? {
        guard let first = unit(text, index) else { return nil }
        index += 4
        if first < 0xD800 || first > 0xDFFF { return first }
        guard first < 0xDC00, index + 6 <= text.count, text[index] == UInt8(ascii: "\\"),
            text[index + 1] == UInt8(ascii: "u"), let second = unit(text, index + 2), second >= 0xDC00, second <= 0xDFFF
        else { return nil }
        index += 6
        return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
    }

    private static func unit(_ text: Span<UInt8>, _ start: Int) -> UInt32? {
        guard start + 4 <= text.count else { return nil }
        var unit: UInt32 = 0
        for index in start..<start + 4 {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return unit
    }

    private static func append(_ scalar: UInt32, to buffer: inout ByteBuffer) {
        if scalar < 0x80 {
            buffer.append(UInt8(scalar))
        } else if scalar < 0x800 {
            buffer.append(UInt8(0xC0 | scalar >> 6))
            buffer.append(UInt8(0x80 | scalar & 0x3F))
        } else if scalar < 0x10000 {
            buffer.append(UInt8(0xE0 | scalar >> 12))
            buffer.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            buffer.append(UInt8(0x80 | scalar & 0x3F))
        } else {
            buffer.append(UInt8(0xF0 | scalar >> 18))
            buffer.append(UInt8(0x80 | scalar >> 12 & 0x3F))
            buffer.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            buffer.append(UInt8(0x80 | scalar & 0x3F))
        }
    }

    /// Whether each surrogate escape in the strings of `text` has its other half. The same walk serves a string's inside
    /// and nested JSON, since a backslash occurs only in strings.
    package static func hasPairedSurrogates(_ text: Span<UInt8>) -> Bool {
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            let isUnit = index + 1 < text.count && text[index + 1] == UInt8(ascii: "u")
            index += 2
            if isUnit, scalar(text, &index) == nil { return false }
        }
        return true
    }

    /// Appends an object or array as it came, without the blanks outside of strings.
    package static func compact(_ text: Span<UInt8>, to buffer: inout ByteBuffer) {
        var from = 0
        var index = 0
        var isInString = false
        while index < text.count {
            let byte = text[index]
            if isInString {
                if byte == UInt8(ascii: "\\") { index += 1 } else if byte == UInt8(ascii: "\"") { isInString = false }
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                buffer.append(text.extracting(from..<index))
                from = index + 1
            }
            index += 1
        }
        buffer.append(text.extracting(from..<text.count))
    }

    /// Appends `text` as a JSON string with its quotes; escaped is only what must be.
    package static func quote(_ text: Span<UInt8>, to buffer: inout ByteBuffer) {
        buffer.append(UInt8(ascii: "\""))
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                buffer.append(UInt8(ascii: "\\"))
                buffer.append(byte)
            case 0x08: buffer.append("\\b")
            case 0x09: buffer.append("\\t")
            case 0x0A: buffer.append("\\n")
            case 0x0C: buffer.append("\\f")
            case 0x0D: buffer.append("\\r")
            case 0..<0x20:
                buffer.append("\\u00")
                buffer.append(UInt8(ascii: "0") + (byte >> 4))
                let low = byte & 15
                buffer.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
            default: buffer.append(byte)
            }
        }
        buffer.append(UInt8(ascii: "\""))
    }
}
