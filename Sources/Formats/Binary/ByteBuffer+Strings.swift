import Bytes

extension ByteBuffer {
    /// Appends text as the inside of a JSON string; returns whether it contains escapes, or nil if it is not UTF-8.
    @inline(__always)
    mutating func append(inside text: Span<UInt8>) -> Bool? {
        if Self.isPlain(text) {
            append(text)
            return false
        }
        return appendChecked(text)
    }

    /// Whether all bytes are ASCII that stands for itself in a JSON string.
    @inline(__always)
    private static func isPlain(_ text: Span<UInt8>) -> Bool {
        var bad: UInt8 = 0
        for index in text.indices {
            let byte = unsafe text[unchecked: index]
            let isBad = byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
            bad |= isBad ? 1 : 0
        }
        return bad == 0
    }

    @inline(never)
    private mutating func appendChecked(_ text: Span<UInt8>) -> Bool? {
        do { _ = try UTF8Span(validating: text) } catch { return nil }
        var hasEscapes = false
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0x08: append("\\b")
            case 0x09: append("\\t")
            case 0x0A: append("\\n")
            case 0x0C: append("\\f")
            case 0x0D: append("\\r")
            case 0..<0x20:
                append("\\u00")
                append(hexDigit: byte >> 4)
                append(hexDigit: byte & 15)
            default:
                append(byte)
                continue
            }
            hasEscapes = true
        }
        return hasEscapes
    }

    @inline(__always)
    private mutating func append(hexDigit digit: UInt8) {
        append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }

    /// Appends the inside of a JSON string with quotes.
    mutating func appendQuoted(_ inside: Span<UInt8>) {
        append(UInt8(ascii: "\""))
        append(inside)
        append(UInt8(ascii: "\""))
    }

    /// Removes the byte at `place`; what is behind it is short.
    mutating func remove(at place: Int) {
        for index in place..<count - 1 { self[index] = self[index + 1] }
        truncate(to: count - 1)
    }

    /// Source: RFC 4648, section 4, with padding.
    mutating func append(base64 bytes: Span<UInt8>) {
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        let letters = unsafe Span(_unsafeStart: alphabet.utf8Start, count: alphabet.utf8CodeUnitCount)
        reserve((bytes.count + 2) / 3 * 4)
        var at = 0
        while at < bytes.count {
            let left = bytes.count - at
            var group = UInt32(bytes[at]) << 16
            if left > 1 { group |= UInt32(bytes[at + 1]) << 8 }
            if left > 2 { group |= UInt32(bytes[at + 2]) }
            append(letters[Int(group >> 18)])
            append(letters[Int(group >> 12 & 63)])
            append(left > 1 ? letters[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            append(left > 2 ? letters[Int(group & 63)] : UInt8(ascii: "="))
            at += 3
        }
    }

    /// `6f1c0b7e-…`, of 16 bytes. Source: RFC 9562, section 4.
    mutating func append(uuid bytes: Span<UInt8>) {
        for index in bytes.indices {
            if index == 4 || index == 6 || index == 8 || index == 10 { append(UInt8(ascii: "-")) }
            append(hexDigit: bytes[index] >> 4)
            append(hexDigit: bytes[index] & 15)
        }
    }

    /// `P1M2DT3.004S`, of Avro's duration: three numbers of four bytes, the lowest byte first.
    mutating func append(duration bytes: Span<UInt8>) {
        append(UInt8(ascii: "P"))
        append(decimal: Self.number(bytes, 0))
        append(UInt8(ascii: "M"))
        append(decimal: Self.number(bytes, 1))
        append("DT")
        append(decimal: Self.number(bytes, 2) / 1000)
        append(UInt8(ascii: "."))
        append(Self.number(bytes, 2) % 1000, digits: 3)
        append(UInt8(ascii: "S"))
    }

    private static func number(_ bytes: Span<UInt8>, _ place: Int) -> Int64 {
        var number: Int64 = 0
        for index in 0..<4 { number |= Int64(bytes[place * 4 + index]) << Int64(index * 8) }
        return number
    }
}

/// Whether the bytes are UTF-8; most texts are ASCII.
@inline(__always)
func isUTF8(_ bytes: Span<UInt8>) -> Bool {
    var all: UInt8 = 0
    for index in bytes.indices { unsafe all |= bytes[unchecked: index] }
    return all < 0x80 || isLongUTF8(bytes)
}

@inline(never)
private func isLongUTF8(_ bytes: Span<UInt8>) -> Bool {
    do { _ = try UTF8Span(validating: bytes) } catch { return false }
    return true
}
