import Bytes

/// Where a consumer continues in each partition that it reads: where it was placed, or after the last record that it
/// returned.
///
/// librdkafka's own position is ahead of that by what was read ahead, and from 2.2 to 2.13.1 an end of a partition moves it
/// one too far (its issue 4844).
struct ReadPositions: ~Copyable {
    private static let none: Int64 = -1

    /// Partition p of topic t is at t × `width` + p.
    private var offsets: ReusableArray<Int64>
    private var width = 16
    private let topics: Int

    init(topics: Int) {
        self.topics = topics
        offsets = ReusableArray(repeating: Self.none, count: topics * width)
    }

    /// All of the partitions, with the offset to continue at.
    var all: [Position] {
        offsets.indices.filter { offsets[$0] != Self.none }.map {
            Position(topic: $0 / width, partition: Int32($0 % width), offset: offsets[$0])
        }
    }

    func contains(_ partition: TopicPartition) -> Bool {
        let number = Int(partition.partition)
        guard partition.topic >= 0, partition.topic < topics, number >= 0, number < width else { return false }
        return offsets[partition.topic * width + number] != Self.none
    }

    mutating func begin(_ positions: [Position]) {
        for position in positions {
            let partition = Int(position.partition.partition)
            if partition >= width { widen(beyond: partition) }
            offsets[position.partition.topic * width + partition] = position.offset
        }
    }

    mutating func end(_ partition: TopicPartition) {
        guard contains(partition) else { return }
        offsets[partition.topic * width + Int(partition.partition)] = Self.none
    }

    mutating func removeAll() { offsets = ReusableArray(repeating: Self.none, count: offsets.count) }

    /// A record was handed on.
    @inline(__always)
    mutating func passed(topic: Int, partition: Int32, offset: Int64) {
        let partition = Int(partition)
        guard topic >= 0, partition < width, offsets[topic &* width &+ partition] != Self.none else { return }
        offsets[topic &* width &+ partition] = offset &+ 1
    }

    private mutating func widen(beyond partition: Int) {
        let before = all
        while width <= partition { width *= 2 }
        offsets = ReusableArray(repeating: Self.none, count: topics * width)
        begin(before)
    }
}
