import Bytes

/// Keys that older partitions of a topic hold parked, as last read: their newer events, in a partition that the topic gained
/// since, wait for those.
struct OlderKeys: Sendable {
    /// What is older can only be released: what was read stays on the safe side, and is read again this often at most.
    static let milliseconds: Int64 = 1_000

    /// key → the partition that holds it
    private var partitions: [[UInt8]: Int32] = [:]
    var readAt: Int64 = 0

    var isEmpty: Bool { partitions.isEmpty }

    mutating func add(_ key: [UInt8], of partition: Int32) { partitions[key] = partition }

    func partition(holding key: Span<UInt8>?) -> Int32? {
        guard let key, !partitions.isEmpty else { return nil }
        return partitions[key.array]
    }
}
