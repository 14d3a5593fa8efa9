/// Where a build as of then stops: the first offset that is not folded, for some partitions of its topics.
///
/// As text: `TOPIC:PARTITION:OFFSET,…`.
public struct StopOffsets: Sendable, Equatable {
    private var offsets: [String: [Int32: Int64]] = [:]

    public init() {}

    /// Reads the text; nil if it is not one.
    public init?(text: String) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: ":", omittingEmptySubsequences: false)
            guard words.count == 3, !words[0].isEmpty, let partition = Int32(words[1]), partition >= 0,
                let offset = Int64(words[2]), offset >= 0
            else { return nil }
            offsets[String(words[0]), default: [:]][partition] = offset
        }
    }

    public subscript(topic: String, partition: Int32) -> Int64? {
        get { offsets[topic]?[partition] }
        set { offsets[topic, default: [:]][partition] = newValue }
    }

    public var isEmpty: Bool { offsets.isEmpty }
    public var topics: [String] { offsets.keys.sorted() }

    public var text: String {
        offsets.sorted { $0.key < $1.key }.flatMap { topic, partitions in
            partitions.sorted { $0.key < $1.key }.map { "\(topic):\($0.key):\($0.value)" }
        }.joined(separator: ",")
    }

    public mutating func merge(_ other: StopOffsets) { offsets.merge(other.offsets) { $1 } }

    /// Those of some topics.
    public func limited(to topics: [String]) -> StopOffsets {
        var limited = self
        limited.offsets = offsets.filter { topics.contains($0.key) }
        return limited
    }
}
