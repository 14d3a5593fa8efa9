public import Bytes

/// Which events of one partition are parked, and so which keys are held back. The records themselves stay in Redis.
public struct ParkedIndex: Sendable {
    /// Hashes of the held keys, and how many events each holds: most events are told apart from them without copying their key.
    @usableFromInline internal private(set) var hashes: [Int: Int] = [:]
    /// key → its parked events, in order
    @usableFromInline internal private(set) var lines: [[UInt8]: [Int64]] = [:]
    public private(set) var offsets: Set<Int64> = []

    public init() {}

    public var count: Int { offsets.count }
    @inlinable
    public var isEmpty: Bool { offsets.isEmpty }
    /// How many keys are held back.
    public var keyCount: Int { lines.count }

    public mutating func add(offset: Int64, key: [UInt8]?) {
        guard offsets.insert(offset).inserted, let key else { return }
        var line = lines.removeValue(forKey: key) ?? []
        let place = line.lastIndex { $0 < offset }.map { $0 + 1 } ?? 0
        line.insert(offset, at: place)
        lines[key] = line
        hashes[Self.hash(key.span), default: 0] += 1
    }

    /// An event was released.
    public mutating func remove(offset: Int64, key: [UInt8]?) {
        guard offsets.remove(offset) != nil, let key, var line = lines.removeValue(forKey: key) else { return }
        line.removeAll { $0 == offset }
        if !line.isEmpty { lines[key] = line }
        let hash = Self.hash(key.span)
        hashes[hash] = hashes[hash].flatMap { $0 > 1 ? $0 - 1 : nil }
    }

    /// How many events of that key are parked; an event without a key parks alone and holds nothing back.
    @inlinable
    public func count(key: Span<UInt8>?) -> Int {
        guard let key, !hashes.isEmpty, hashes[Self.hash(key)] != nil else { return 0 }
        return lines[key.array]?.count ?? 0
    }

    /// The parked events of a key, in order.
    public func line(of key: [UInt8]) -> [Int64] { lines[key] ?? [] }

    @usableFromInline
    static func hash(_ bytes: Span<UInt8>) -> Int {
        // FNV-1a: keys are short, and a collision costs a copy, no more.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in bytes.indices { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash)
    }
}
