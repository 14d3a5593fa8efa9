import Bytes

/// How many events had each of the types that no view has a rule for: of 100 names, and of all others together
/// (Projections.md, "Reading an event"). Events that are read again are counted again.
public struct TypeCounts: Sendable, Equatable {
    /// Longer names are counted among the others: whatever producers write, this stays small.
    private static let longestName = 256
    private static let mostNames = 100

    /// In the order of their first events.
    public private(set) var names: [[UInt8]] = []
    /// Of `names`, one each.
    public private(set) var counts: [Int64] = []
    public private(set) var others: Int64 = 0
    /// Places in `names` plus one; 0 is free.
    private var slots = [UInt8](repeating: 0, count: 256)

    public init() {}

    public var isEmpty: Bool { names.isEmpty && others == 0 }

    /// Counts `count` events of a type; if the name is known, nothing is allocated.
    public mutating func add(_ name: Span<UInt8>, count: Int64 = 1) {
        var slot = Int(truncatingIfNeeded: ByteHash.hash(name, seed: ByteHash.seed)) & 255
        while slots[slot] != 0 {
            let place = Int(slots[slot]) - 1
            let known = names[place]
            if known.span.isEqual(to: name) {
                counts[place] += count
                return
            }
            slot = (slot + 1) & 255
        }
        guard names.count < Self.mostNames, name.count <= Self.longestName else {
            others += count
            return
        }
        names.append(name.array)
        counts.append(count)
        slots[slot] = UInt8(names.count)
    }

    /// Counts what another one has counted, too.
    public mutating func add(_ other: TypeCounts) {
        for (name, count) in zip(other.names, other.counts) { add(name.span, count: count) }
        others += other.others
    }
}

extension TypeCounts: CustomStringConvertible {
    /// `OrderSeen 12, OrderHeld 3`, the commonest ten first.
    public var description: String {
        let order = names.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
        var parts = order.prefix(10).map { "\(readableText(names[$0])) \(counts[$0])" }
        let rest = order.dropFirst(10).reduce(others) { $0 + counts[$1] }
        if rest > 0 { parts.append("other \(rest)") }
        return parts.joined(separator: ", ")
    }
}
