import Bytes
import CNumberText

extension ByteBuffer {
    /// The shortest text that reads back as the same number, laid out as JavaScript does; false if it is not finite, and
    /// the text then is `NaN`, `Infinity` or `-Infinity`.
    mutating func append(shortest number: Double) -> Bool {
        guard appendIfNotFinite(number) else { return false }
        append(scientific: unsafe InlineText { unsafe lantern_shortest_double(number, $0) })
        return true
    }

    /// The same, for a number of 32 bits.
    mutating func append(shortest number: Float) -> Bool {
        guard appendIfNotFinite(Double(number)) else { return false }
        append(scientific: unsafe InlineText { unsafe lantern_shortest_float(number, $0) })
        return true
    }

    private mutating func appendIfNotFinite(_ number: Double) -> Bool {
        if number.isFinite { return true }
        if number.isNaN { append("NaN") } else { append(number < 0 ? "-Infinity" : "Infinity") }
        return false
    }

    /// `d.ddde±dd`, as C++ writes it, laid out again: without an exponent from 10^−6 up to 10^21.
    /// Source: ECMA-262, Number::toString.
    private mutating func append(scientific text: InlineText) {
        var digits = InlineArray<32, UInt8>(repeating: 0)
        var count = 0
        var at = 0
        if text.bytes[0] == UInt8(ascii: "-") {
            append(UInt8(ascii: "-"))
            at = 1
        }
        while at < text.count, text.bytes[at] != UInt8(ascii: "e") {
            if text.bytes[at] != UInt8(ascii: ".") {
                digits[count] = text.bytes[at]
                count += 1
            }
            at += 1
        }
        let isNegative = text.bytes[at + 1] == UInt8(ascii: "-")
        var exponent = 0
        at += 2
        while at < text.count {
            exponent = exponent * 10 + Int(text.bytes[at] - UInt8(ascii: "0"))
            at += 1
        }
        layOut(digits, count, point: (isNegative ? -exponent : exponent) + 1)
    }

    /// `point`: how many of the digits are before the decimal point.
    private mutating func layOut(_ digits: InlineArray<32, UInt8>, _ count: Int, point: Int) {
        switch point {
        case count...21:
            for index in 0..<point { append(index < count ? digits[index] : UInt8(ascii: "0")) }
        case 1...21:
            for index in 0..<count {
                if index == point { append(UInt8(ascii: ".")) }
                append(digits[index])
            }
        case -5...0:
            append("0.")
            for _ in 0..<(-point) { append(UInt8(ascii: "0")) }
            for index in 0..<count { append(digits[index]) }
        default:
            append(digits[0])
            if count > 1 { append(UInt8(ascii: ".")) }
            for index in 1..<max(count, 1) { append(digits[index]) }
            append(point > 0 ? "e+" : "e-")
            append(decimal: Int64((point - 1).magnitude))
        }
    }
}

/// A number's text as C++ wrote it.
private struct InlineText {
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    var count = 0

    init(_ write: (UnsafeMutablePointer<CChar>) -> Int32) {
        var span = bytes.mutableSpan
        count = unsafe span.withUnsafeMutableBytes { room in
            guard let start = unsafe room.bindMemory(to: CChar.self).baseAddress else { return 0 }
            return unsafe Int(write(start))
        }
    }
}
