import Kafka

/// The records that a lane has in its hands.
struct RecordCursor<Record: LogRecord & ~Copyable>: ~Copyable {
    /// One that the machine could not take yet.
    var held: Record?
    /// The one that was taken last, of the partition in `lastSlot`.
    var last: Record?
    var lastSlot: Int?

    /// A record that waits to be offered again goes only with its own partition, which is then read again or no more.
    mutating func dropHeld(of place: TopicPartition) {
        guard let record = held.take() else { return }
        if TopicPartition(topic: record.topic, partition: record.partition) != place { held = consume record }
    }
}
