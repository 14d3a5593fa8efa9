/// The name that a schema has in every registry: a UUID made of its content.
public struct SchemaGUID: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// Its bytes, the most significant first.
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads the usual text, `0123abcd-…`; nil if it is not one.
    public init?(_ text: String) {
        let digits = text.split(separator: "-", omittingEmptySubsequences: false)
        guard digits.map(\.count) == [8, 4, 4, 4, 12], let high = UInt64(digits[..<3].joined(), radix: 16),
            let low = UInt64(digits[3...].joined(), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    public var description: String {
        func digits(_ number: UInt64) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        let (high, low) = (digits(high), digits(low))
        return "\(high.prefix(8))-\(high.dropFirst(8).prefix(4))-\(high.suffix(4))-\(low.prefix(4))-\(low.suffix(12))"
    }
}
