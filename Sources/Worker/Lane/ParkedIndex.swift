import Bytes

/// Which events of one partition are parked, and so which keys are held back. The records themselves stay in Redis.
struct ParkedIndex: Sendable {
    /// Hashes of the held keys: most events are told apart from them without copying their key.
    private var hashes: Set<Int> = []
    private var counts: [[UInt8]: Int] = [:]
    private(set) var offsets: Set<Int64> = []

    var count: Int { offsets.count }
    var isEmpty: Bool { offsets.isEmpty }

    mutating func add(offset: Int64, key: [UInt8]?) {
        guard offsets.insert(offset).inserted, let key else { return }
        counts[key, default: 0] += 1
        hashes.insert(Self.hash(key.span))
    }

    /// How many events of that key are parked; an event without a key parks alone and holds nothing back.
    func count(key: Span<UInt8>?) -> Int {
        guard let key, !hashes.isEmpty, hashes.contains(Self.hash(key)) else { return 0 }
        return counts[key.array] ?? 0
    }

    private static func hash(_ bytes: Span<UInt8>) -> Int {
        // FNV-1a: keys are short, and a collision costs a copy, no more.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in bytes.indices { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash)
    }
}
