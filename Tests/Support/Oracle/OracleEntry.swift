/// One Redis key of the model. A class, so that changing it in the dictionary copies nothing.
public final class OracleEntry {
    /// A hash field: text that was set, or a sum.
    public enum Field: Equatable {
        case text([UInt8])
        case sum(Int)
    }

    public enum Content {
        case hash([(name: [UInt8], field: Field)])
        case string([UInt8])
        case counter(Int)
        case set(Set<[UInt8]>)
        case sortedSet([[UInt8]: Double])
        /// The newest `keep`, possibly with some older ones not yet trimmed.
        case latest([[UInt8]: Double], keep: Int)
        case unique(OracleRegisters)
    }

    public internal(set) var content: Content
    /// When Redis forgets the key, milliseconds since 1970; nil is never.
    public internal(set) var deadline: Int?

    init(_ content: Content) { self.content = content }

    /// Whether Redis would have removed the key, having nothing in it.
    var isEmpty: Bool {
        switch content {
        case .hash(let fields): fields.isEmpty
        case .set(let members): members.isEmpty
        case .sortedSet(let scores), .latest(let scores, _): scores.isEmpty
        case .string, .counter, .unique: false
        }
    }

    /// The scores of a leaderboard, or of the newest members, exactly.
    public var scores: [[UInt8]: Double] {
        switch content {
        case .sortedSet(let scores): scores
        case .latest(let scores, let keep): Self.trimmed(scores, keep: keep)
        default: [:]
        }
    }

    /// The `keep` greatest by score, then by member.
    static func trimmed(_ scores: [[UInt8]: Double], keep: Int) -> [[UInt8]: Double] {
        guard scores.count > keep else { return scores }
        let sorted = scores.sorted { left, right in
            left.value != right.value ? left.value > right.value : right.key.lexicographicallyPrecedes(left.key)
        }
        return Dictionary(uniqueKeysWithValues: sorted.prefix(keep).map { ($0.key, $0.value) })
    }
}
