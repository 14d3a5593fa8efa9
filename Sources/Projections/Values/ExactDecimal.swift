import Bytes

/// A JSON number's value, exactly, from its text of any length: 0.d₁d₂… × 10^exponent, with d₁ and the last digit not 0.
package struct ExactDecimal: Equatable {
    var isNegative = false
    /// How many digits from the first that is not 0 to the last; 0 for zero.
    var digits = 0
    /// The first 19 digits, or all if there are fewer.
    var leading: UInt64 = 0
    var exponent: Int64 = 0

    /// Integers beyond this are not exact in a double: ±2^53.
    package static let limit: Int64 = 1 << 53

    /// Reads a number's text in one pass; nil if it is not a number (a constant may be any text).
    package init?(_ text: Span<UInt8>) {
        var index = 0
        if index < text.count, text[index] == UInt8(ascii: "-") {
            isNegative = true
            index += 1
        }
        var zeros = 0
        var seen = 0
        var behindPoint: Int64 = 0
        var point = false
        scan: while index < text.count {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "0"):
                seen += 1
                if point { behindPoint += 1 }
                if digits > 0 { zeros += 1 }
            case UInt8(ascii: "1")...UInt8(ascii: "9"):
                seen += 1
                if point { behindPoint += 1 }
                append(zeros: zeros, digit: byte - UInt8(ascii: "0"))
                zeros = 0
            case UInt8(ascii: "."):
                guard !point, seen > 0 else { return nil }
                point = true
                seen = 0
            case UInt8(ascii: "e"), UInt8(ascii: "E"): break scan
            default: return nil
            }
            index += 1
        }
        guard seen > 0 else { return nil }
        var power: Int64 = 0
        if index < text.count {
            guard let read = Self.power(text, from: index + 1) else { return nil }
            power = read
        }
        if digits == 0 { return }
        exponent = Int64(digits + zeros) - behindPoint + power
    }

    /// An integer's value.
    init(_ integer: Int64) {
        isNegative = integer < 0
        var rest = integer.magnitude
        if rest == 0 { return }
        while rest % 10 == 0 {
            rest /= 10
            exponent += 1
        }
        leading = rest
        while rest > 0 {
            rest /= 10
            digits += 1
        }
        exponent += Int64(digits)
    }

    /// The value of a text that is nothing but digits, at most 15 of them: the usual increment.
    @inline(__always)
    static func plainInteger(_ text: Span<UInt8>) -> Int64? {
        guard text.count > 0, text.count <= 15 else { return nil }
        var value: Int64 = 0
        for index in text.indices {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int64(digit)
        }
        return value
    }

    private mutating func append(zeros: Int, digit: UInt8) {
        var rest = min(zeros, max(19 - digits, 0))
        while rest > 0 {
            leading *= 10
            rest -= 1
        }
        if digits + zeros < 19 { leading = leading * 10 + UInt64(digit) }
        digits += zeros + 1
    }

    /// The exponent's value, held within what no text's length can make up for.
    private static func power(_ text: Span<UInt8>, from start: Int) -> Int64? {
        var index = start
        var isNegative = false
        if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
            isNegative = text[index] == UInt8(ascii: "-")
            index += 1
        }
        guard index < text.count else { return nil }
        var value: Int64 = 0
        while index < text.count {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = min(value * 10 + Int64(digit), 1 << 40)
            index += 1
        }
        return isNegative ? -value : value
    }

    /// The value times 10^scale, if that is an integer within ±2^53.
    package func integer(scale: Int = 0) -> Int64? {
        if digits == 0 { return 0 }
        let places = exponent + Int64(scale)
        guard places >= Int64(digits), places <= 16 else { return nil }
        let value = Int64(leading) * Self.power10(Int(places) - digits)
        guard value <= Self.limit else { return nil }
        return isNegative ? -value : value
    }

    /// The magnitude times 10^scale without its fraction; nil from 10^16 on.
    func truncated(scale: Int64) -> Int64? {
        let places = exponent + scale
        if digits == 0 || places <= 0 { return 0 }
        guard places <= 16 else { return nil }
        let held = min(digits, 19)
        if Int(places) >= held { return Int64(leading) * Self.power10(Int(places) - held) }
        return Int64(leading / UInt64(Self.power10(held - Int(places))))
    }

    /// The nearest double if one rounding is enough to find it; nil otherwise.
    var simpleDouble: Double? {
        if digits == 0 { return 0 }
        guard digits <= 15 else { return nil }
        let power = exponent - Int64(digits)
        guard power >= -22, power <= 22 else { return nil }
        let value = Double(leading)
        let scaled = power < 0 ? value / Self.powers[Int(-power)] : value * Self.powers[Int(power)]
        return isNegative ? -scaled : scaled
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    private static func power10(_ exponent: Int) -> Int64 {
        var power: Int64 = 1
        for _ in 0..<exponent { power *= 10 }
        return power
    }
}

/// The nearest finite double to a number's text, −0 as 0; nil if it would be infinite.
package func nearestDouble(_ text: Span<UInt8>, _ decimal: ExactDecimal) -> Double? {
    if let simple = decimal.simpleDouble { return simple }
    if decimal.exponent > 310 { return nil }
    if decimal.exponent < -330 { return 0 }
    guard let value = Double(text.readable), value.isFinite else { return nil }
    return value == 0 ? 0 : value
}
