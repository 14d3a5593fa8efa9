/// A double's shortest text if that has at most six digits after the point and 15 in all, without a String.
struct ShortDecimal {
    /// The text's first `count` bytes.
    var text = InlineArray<24, UInt8>(repeating: UInt8(ascii: "0"))
    var count = 0

    /// nil if the text is longer or has an exponent.
    ///
    /// A quotient of two integers that a double holds exactly is rounded once, so m / 10^n == value says that the text of
    /// m with n digits behind the point reads back as `value`; of at most 15 digits no shorter text does.
    init?(_ value: Double) {
        guard value.magnitude >= 0.001, value.magnitude < 1e15 else { return nil }
        var power: Int64 = 1
        for places in 1...6 {
            power *= 10
            let scaled = (value.magnitude * Double(power)).rounded()
            guard scaled < 1e15 else { return nil }
            if scaled / Double(power) == value.magnitude {
                write(Int64(scaled), places: places, isNegative: value < 0)
                return
            }
        }
        return nil
    }

    private mutating func write(_ digits: Int64, places: Int, isNegative: Bool) {
        var rest = digits
        var length = places + 2
        var bound: Int64 = 1
        for _ in 0...places { bound *= 10 }
        while digits >= bound {
            length += 1
            bound *= 10
        }
        if isNegative {
            text[0] = UInt8(ascii: "-")
            length += 1
        }
        var at = length - 1
        for place in 0..<(length - (isNegative ? 1 : 0)) {
            if place == places {
                text[at] = UInt8(ascii: ".")
            } else {
                text[at] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            at -= 1
        }
        count = length
    }
}
