import Kafka

/// In which slot of the machine a partition is.
struct SlotMap {
    /// topic → partition → slot
    private var slots: [[Int?]]

    init(topics: Int) { slots = Array(repeating: [], count: topics) }

    subscript(topic: Int, partition: Int32) -> Int? {
        @inline(__always) get {
            guard topic >= 0, topic < slots.count, Int(partition) < slots[topic].count else { return nil }
            return slots[topic][Int(partition)]
        }
    }

    subscript(place: TopicPartition) -> Int? { self[place.topic, place.partition] }

    mutating func set(_ slot: Int, _ place: TopicPartition) {
        while slots[place.topic].count <= Int(place.partition) { slots[place.topic].append(nil) }
        slots[place.topic][Int(place.partition)] = slot
    }

    /// The slot's partition is gone; another slot may have the same partition by now.
    mutating func remove(_ slot: Int, _ place: TopicPartition) {
        if self[place] == slot { slots[place.topic][Int(place.partition)] = nil }
    }

    /// partition → slot
    func slots(ofTopic topic: Int) -> [Int: Int] {
        Dictionary(
            uniqueKeysWithValues: slots[topic].enumerated().compactMap { place, slot in slot.map { (place, $0) } })
    }
}
