/// A number as JSON writes it.
struct DecimalText {
    private let digits: Substring
    private let fraction: Substring
    private let exponent: Int
    private let isNegative: Bool

    /// nil if `text` is not a JSON number.
    init?(_ text: String) {
        var rest = Substring(text)
        isNegative = rest.hasPrefix("-")
        if isNegative { rest.removeFirst() }
        digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest[digits.endIndex...]
        guard !digits.isEmpty, digits == "0" || !digits.hasPrefix("0") else { return nil }
        if rest.hasPrefix(".") {
            fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            guard !fraction.isEmpty else { return nil }
            rest = rest[fraction.endIndex...]
        } else {
            fraction = ""
        }
        var exponent = 0
        if let mark = rest.first, mark == "e" || mark == "E" {
            rest.removeFirst()
            let isMinus = rest.hasPrefix("-")
            if isMinus || rest.hasPrefix("+") { rest.removeFirst() }
            guard !rest.isEmpty, rest.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
            // A larger exponent than this makes no integer, and zero stays zero.
            exponent = min(Int(rest) ?? 100_000, 100_000) * (isMinus ? -1 : 1)
            rest = ""
        }
        guard rest.isEmpty else { return nil }
        self.exponent = exponent
    }

    /// Its value if that is an integer of at most 18 digits.
    var integer: Int? {
        var all = Array(digits.utf8) + Array(fraction.utf8)
        var power = exponent - fraction.utf8.count
        while all.last == 0x30, !all.isEmpty {
            all.removeLast()
            power += 1
        }
        all = Array(all.drop { $0 == 0x30 })
        if all.isEmpty { return 0 }
        guard power >= 0, all.count + power <= 18 else { return nil }
        all += [UInt8](repeating: 0x30, count: power)
        guard let value = Int(String(decoding: all, as: UTF8.self)) else { return nil }
        return isNegative ? -value : value
    }
}
