import Bytes
import Projections

/// What the sampled events have at one path.
struct PathFacts {
    /// So many different values are told apart.
    static let valueLimit = 1_000
    private static let placeholder = Array("__debezium_unavailable_value".utf8)
    /// From the year 2000 to 2100: any other number is hardly a time.
    private static let plausible: Range<Int64> = 946_684_800_000..<4_102_444_800_000

    private(set) var present = 0
    private(set) var nulls = 0
    private(set) var strings = 0
    private(set) var emptyStrings = 0
    private(set) var numbers = 0
    private(set) var objects = 0
    /// Strings whose escapes mean nothing: an event that needs one is bad.
    private(set) var faulty = 0
    /// What `time:` takes: RFC 3339, and numbers that are times since the year 2000.
    private(set) var times = 0
    /// Debezium's mark in place of a large value that did not change.
    private(set) var placeholders = 0
    /// Integers without fraction and exponent, which a key's placeholder takes.
    private(set) var plainIntegers = 0
    /// Whose text is the record key.
    private(set) var keys = 0
    /// The most decimals that a number has; nil if one has more than 15.
    private(set) var decimals: Int? = 0
    private(set) var greatest = 0.0
    private(set) var values: Set<[UInt8]> = []

    mutating func take(_ leaf: SampledValue.Leaf, key: [UInt8]?) {
        present += 1
        if leaf.isFaulty { faulty += 1 }
        switch leaf.kind {
        case .null: nulls += 1
        case .string, .escapedString:
            strings += 1
            if leaf.text.isEmpty { emptyStrings += 1 }
            if EventTime.milliseconds(leaf.text.span) != nil { times += 1 }
            if leaf.text == Self.placeholder { placeholders += 1 }
        case .number: takeNumber(leaf.text)
        case .object: objects += 1
        case .nothing, .yes, .no, .array, .unavailable: break
        }
        switch leaf.kind {
        case .string, .escapedString, .number:
            if leaf.text == key { keys += 1 }
            if values.count < Self.valueLimit, leaf.text.count <= 100 { values.insert(leaf.text) }
        default: break
        }
    }

    private mutating func takeNumber(_ text: [UInt8]) {
        numbers += 1
        guard let decimal = ExactDecimal(text.span) else {
            decimals = nil
            return
        }
        if let time = EventTime.milliseconds(decimal), Self.plausible.contains(time) { times += 1 }
        if text.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2D }) { plainIntegers += 1 }
        greatest = max(greatest, abs(Double(text.span.readable) ?? .infinity))
        if let known = decimals { decimals = (known...15).first { decimal.integer(scale: $0) != nil } }
    }

    /// The scale at which every number is an integer that a sum takes; nil if there is none.
    var scale: Int? {
        guard numbers > 0, let decimals else { return nil }
        var size = greatest
        for _ in 0..<decimals { size *= 10 }
        return size < 9_007_199_254_740_992 / 16 ? decimals : nil
    }
}
