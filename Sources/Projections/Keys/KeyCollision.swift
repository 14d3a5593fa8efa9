extension KeyPattern {
    /// Whether some key can be made by both (buckets count as TEMPLATE:DIGITS).
    public static func canCollide(_ first: ViewPlan, _ second: ViewPlan) -> Bool {
        canCollide(KeyPattern(first), KeyPattern(second))
    }

    /// Whether some key can be made by both: the two patterns are walked side by side, byte for byte, through all pairs
    /// of places that a common beginning can lead to. A placeholder that occurs twice counts as two.
    public static func canCollide(_ first: KeyPattern, _ second: KeyPattern) -> Bool {
        let left = KeyAutomaton(first)
        let right = KeyAutomaton(second)
        var seen: Set<Int> = []
        var open: [(Int, Int)] = [(0, 0)]
        while let (a, b) = open.popLast() {
            guard seen.insert(a * right.steps.count + b).inserted else { continue }
            if a == left.end, b == right.end { return true }
            for one in left.steps[a] {
                for other in right.steps[b] where one.bytes.meets(other.bytes) { open.append((one.to, other.to)) }
            }
        }
        return false
    }

    /// Whether some key of this pattern begins with `prefix`, or is a beginning of it.
    public func canBegin(with prefix: [UInt8]) -> Bool {
        let automaton = KeyAutomaton(self)
        var places: Set<Int> = [0]
        for byte in prefix {
            if places.contains(automaton.end) { return true }
            var next: Set<Int> = []
            for place in places {
                for step in automaton.steps[place] where step.bytes.contains(byte) { next.insert(step.to) }
            }
            if next.isEmpty { return false }
            places = next
        }
        return true
    }
}

/// A pattern as a nondeterministic automaton over bytes.
private struct KeyAutomaton {
    struct Step {
        var bytes: ByteSet
        var to: Int
    }

    var steps: [[Step]] = [[]]
    var end: Int { steps.count - 1 }

    init(_ pattern: KeyPattern) {
        for part in pattern.parts {
            switch part {
            case .literal(let text):
                for byte in text {
                    steps.append([])
                    steps[end - 1].append(Step(bytes: ByteSet { $0 == byte }, to: end))
                }
            case .field: appendField()
            case .digits: appendDigits()
            }
        }
    }

    /// One or more plain bytes or escapes. The place behind the field has the same steps as the one before it.
    private mutating func appendField() {
        let before = end
        let first = end + 1
        // `%` and: 0 or 1 with any digit; 2 with 5; 3 with A; 7 with B, D or F.
        let escapes: [(String, String)] = [("01", "0123456789ABCDEF"), ("2", "5"), ("3", "A"), ("7", "BDF")]
        let behind = first + 1 + escapes.count
        let field = [
            Step(bytes: ByteSet { !KeyEscape.escapes($0) }, to: behind),
            Step(bytes: ByteSet { $0 == UInt8(ascii: "%") }, to: first),
        ]
        steps.append(escapes.enumerated().map { Step(bytes: ByteSet(of: $1.0), to: first + 1 + $0) })
        for (_, low) in escapes { steps.append([Step(bytes: ByteSet(of: low), to: behind)]) }
        steps[before] += field
        steps.append(field)
    }

    private mutating func appendDigits() {
        let before = end
        let zero = Step(bytes: ByteSet(of: "0"), to: end + 2)
        steps.append([])
        let some = end
        steps.append([])
        let digits = [
            Step(bytes: ByteSet(of: "0123456789"), to: some), Step(bytes: ByteSet(of: "0123456789"), to: end),
        ]
        let first = [Step(bytes: ByteSet(of: "123456789"), to: some), Step(bytes: ByteSet(of: "123456789"), to: end)]
        steps[before] += [zero] + first
        steps[some] = digits
    }
}

/// A set of bytes.
private struct ByteSet {
    private var bits: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init(_ isIn: (UInt8) -> Bool) {
        for byte in UInt8.min...UInt8.max where isIn(byte) {
            let bit = UInt64(1) << (byte & 63)
            switch byte >> 6 {
            case 0: bits.0 |= bit
            case 1: bits.1 |= bit
            case 2: bits.2 |= bit
            default: bits.3 |= bit
            }
        }
    }

    init(of text: String) { self.init { text.utf8.contains($0) } }

    func meets(_ other: ByteSet) -> Bool {
        bits.0 & other.bits.0 | bits.1 & other.bits.1 | bits.2 & other.bits.2 | bits.3 & other.bits.3 != 0
    }

    func contains(_ byte: UInt8) -> Bool { meets(ByteSet { $0 == byte }) }
}
