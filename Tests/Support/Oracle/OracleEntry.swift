/// One Redis key of the model. A class, so that changing it in the dictionary copies nothing.
public final class OracleEntry {
    /// A hash field: text that was set, or a sum.
    public enum Field: Equatable {
        case text([UInt8])
        case sum(Int)
    }

    /// What the entry is; which of the properties below count.
    public enum Kind: Equatable {
        case hash, string, counter, set, sortedSet, unique
        case latest(keep: Int)
    }

    public let kind: Kind
    /// When Redis forgets the key, milliseconds since 1970; nil is never.
    public internal(set) var deadline: Int?
    /// hash: in the order in which they came.
    public internal(set) var fields: [(name: [UInt8], field: Field)] = []
    /// string
    public internal(set) var text: [UInt8] = []
    /// counter
    public internal(set) var sum = 0
    /// set
    public internal(set) var members: Set<[UInt8]> = []
    /// sorted set; latest, possibly with some older ones not yet trimmed.
    var untrimmed: [[UInt8]: Double] = [:]
    /// unique
    public internal(set) var registers: OracleRegisters?

    init(_ kind: Kind) { self.kind = kind }

    /// Whether Redis would have removed the key, having nothing in it.
    var isEmpty: Bool {
        switch kind {
        case .hash: fields.isEmpty
        case .set: members.isEmpty
        case .sortedSet, .latest: untrimmed.isEmpty
        case .string, .counter, .unique: false
        }
    }

    /// The scores of a leaderboard, or of the newest members, exactly.
    public var scores: [[UInt8]: Double] {
        if case .latest(let keep) = kind { Self.trimmed(untrimmed, keep: keep) } else { untrimmed }
    }

    func field(_ name: [UInt8]) -> Field? { fields.first { $0.name == name }?.field }

    /// The `keep` greatest by score, then by member.
    private static func trimmed(_ scores: [[UInt8]: Double], keep: Int) -> [[UInt8]: Double] {
        guard scores.count > keep else { return scores }
        let sorted = scores.sorted { left, right in
            left.value != right.value ? left.value > right.value : right.key.lexicographicallyPrecedes(left.key)
        }
        return Dictionary(uniqueKeysWithValues: sorted.prefix(keep).map { ($0.key, $0.value) })
    }

    func apply(_ operation: OracleChange.Operation) {
        switch operation {
        case .delete, .replaceHash, .replaceString: break
        case .setField(let name, let text): set(name, .text(text))
        case .unsetField(let name): fields.removeAll { $0.name == name }
        case .incrementField(let name, let amount):
            var sum = 0
            if case .sum(let before)? = field(name) { sum = before }
            set(name, .sum(sum + amount))
        case .increment(let amount): sum += amount
        case .add(let member): members.insert(member)
        case .remove(let member):
            members.remove(member)
            untrimmed[member] = nil
        case .score(let member, let score): untrimmed[member] = score
        case .incrementScore(let member, let amount):
            untrimmed[member] = Double(Int(untrimmed[member] ?? 0) + amount)
        case .maximum(let member, let score): untrimmed[member] = max(untrimmed[member] ?? score, score)
        case .minimum(let member, let score): untrimmed[member] = min(untrimmed[member] ?? score, score)
        case .addLatest(let member, let time, let keep):
            untrimmed[member] = max(untrimmed[member] ?? time, time)
            // Trimmed now and then: what falls out could come back only with a newer time, so it is all the same.
            if untrimmed.count > 2 * keep + 32 { untrimmed = scores }
        case .addUnique(let member): registers?.add(member)
        }
    }

    private func set(_ name: [UInt8], _ field: Field) {
        if let index = fields.firstIndex(where: { $0.name == name }) {
            fields[index].field = field
        } else {
            fields.append((name, field))
        }
    }
}
