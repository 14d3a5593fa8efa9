/// A decimal number exactly: (−1 if negative) × digits × 10^exponent, without leading and trailing zeros; zero has no digits.
struct OracleDecimal {
    var negative: Bool
    var digits: [UInt8]
    var exponent: Int

    /// The text of a valid JSON number.
    init(_ text: [UInt8]) {
        negative = text.first == UInt8(ascii: "-")
        digits = []
        var places = 0
        var position = negative ? 1 : 0
        var behindPoint = false
        while position < text.count, text[position] != UInt8(ascii: "e"), text[position] != UInt8(ascii: "E") {
            if text[position] == UInt8(ascii: ".") {
                behindPoint = true
            } else {
                if !digits.isEmpty || text[position] != 0x30 { digits.append(text[position] - 0x30) }
                if behindPoint { places += 1 }
            }
            position += 1
        }
        // No text is long enough to need more than 10^15.
        var power = 0
        var negativePower = false
        position += 1
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "-"): negativePower = true
            case UInt8(ascii: "+"): break
            default: power = min(power * 10 + Int(text[position] - 0x30), 1_000_000_000_000_000)
            }
            position += 1
        }
        exponent = (negativePower ? -power : power) - places
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        if digits.isEmpty { exponent = 0 }
    }

    var isZero: Bool { digits.isEmpty }

    /// Its value × 10^scale where that is an integer within ±2^53.
    func integer(scale: Int) -> Int? {
        if isZero { return 0 }
        let zeros = exponent + scale
        guard zeros >= 0, digits.count + zeros <= 16 else { return nil }
        var value = 0
        for digit in digits { value = value * 10 + Int(digit) }
        for _ in 0..<zeros { value *= 10 }
        guard value <= 1 << 53 else { return nil }
        return negative ? -value : value
    }

    /// How many digits are before the point; below 1 for less than one.
    var magnitude: Int { digits.count + exponent }

    /// Its value × 10^shift cut to an integer of at most 18 digits; nil if it has more.
    func cut(shift: Int) -> Int? {
        let places = magnitude + shift
        guard places <= 18 else { return nil }
        var value = 0
        for index in 0..<max(places, 0) { value = value * 10 + (index < digits.count ? Int(digits[index]) : 0) }
        return negative ? -value : value
    }
}
