import Bytes

/// What the reply of an EXEC says as a whole.
public struct ExecSummary: Sendable, Equatable {
    /// How many commands got a reply; 0 unless the reply is an array.
    public var count: Int
    /// The first command whose reply is an error, or contains one.
    public var firstErrorIndex: Int?
    /// Whether a command returned a number at or beyond ±2^53 as a bulk string (ZINCRBY does): doubles are not exact
    /// there.
    public var hasInexactNumber: Bool
}

extension ReplyValue {
    /// What the reply of an EXEC says as a whole, in one pass over its tokens.
    var summary: ExecSummary {
        var summary = ExecSummary(count: count, firstErrorIndex: nil, hasInexactNumber: false)
        var at = index + 1
        for element in 0..<count {
            // How many values are still to come of this element; the elements of its own array do not count as numbers.
            var open = 1
            let first = at
            while open > 0, at < tokens.count {
                let token = tokens[at]
                open -= 1
                switch token.kind {
                case .array: open += token.count
                case .error:
                    if summary.firstErrorIndex == nil { summary.firstErrorIndex = element }
                case .bulk:
                    if at == first, isInexactNumber(bytes(token: at)) { summary.hasInexactNumber = true }
                default: break
                }
                at += 1
            }
        }
        return summary
    }
}

/// Whether `text` is a number as Redis prints doubles, at or beyond ±2^53, or an infinity.
func isInexactNumber(_ text: Span<UInt8>) -> Bool {
    let digits = text.count > 0 && text[0] == UInt8(ascii: "-") ? text.extracting(1..<text.count) : text
    // Redis prints at most 17 digits, a point and an exponent; 2^53 has 16 digits.
    guard digits.count > 2, digits.count <= 32 else { return false }
    if digits.isEqual(to: "inf") { return true }
    var beforePoint = 0
    var isPlain = true
    for index in digits.indices {
        switch digits[index] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): if isPlain { beforePoint += 1 }
        case UInt8(ascii: "."): isPlain = false
        case UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard index > 0, let value = Double(digits.readable) else { return false }
            return value >= 0x1p53
        default: return false
        }
    }
    guard beforePoint >= 16, let value = Double(digits.readable) else { return false }
    return value >= 0x1p53
}
