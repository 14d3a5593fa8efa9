import Bytes

/// A record of Lantern's own as its words, `name=value` with blanks between them, read where they lie: whoever answers
/// readers reads a checkpoint of each partition for each answer.
extension Span<UInt8> {
    /// Calls `body` with each name and its value; false if a word has no `=`.
    func forEachWord(_ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Void) -> Bool {
        var start = 0
        while start < count {
            var equals: Int?
            var end = start
            while end < count, self[end] != UInt8(ascii: " ") {
                if equals == nil, self[end] == UInt8(ascii: "=") { equals = end }
                end += 1
            }
            if end > start {
                guard let equals else { return false }
                body(extracting(start..<equals), extracting(equals + 1..<end))
            }
            start = end + 1
        }
        return true
    }

    /// The number that it is in decimal digits, after a sign if it is negative; nil for everything else.
    var decimal: Int64? {
        let isNegative = count > 1 && self[0] == UInt8(ascii: "-")
        guard count > 0 else { return nil }
        var value: Int64 = 0
        for index in (isNegative ? 1 : 0)..<count {
            let digit = Int64(self[index]) - 0x30
            guard (0...9).contains(digit) else { return nil }
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isOver) = product.addingReportingOverflow(isNegative ? -digit : digit)
            if isTooLarge || isOver { return nil }
            value = sum
        }
        return value
    }

    /// The number that it is in hexadecimal digits; nil for everything else.
    var hexadecimal: UInt64? {
        guard (1...16).contains(count) else { return nil }
        var value: UInt64 = 0
        for index in indices {
            switch self[index] {
            case let digit where (0x30...0x39).contains(digit): value = value << 4 | UInt64(digit - 0x30)
            case let digit where (0x61...0x66).contains(digit): value = value << 4 | UInt64(digit - 0x61 + 10)
            default: return nil
            }
        }
        return value
    }
}
