/// What one poll of a consumer brought.
public enum ConsumerEvent<Record: ~Copyable>: ~Copyable {
    case record(Record)
    /// The end of a partition for now: the offset after the last one that can be read, transaction markers included.
    case end(TopicPartition, offset: Int64)
    /// Reading this partition failed at `offset` (−1 if unknown); stop it, because what follows may come after a
    /// gap.
    case partitionError(TopicPartition, offset: Int64, KafkaError)
    /// The group gives or takes partitions and waits for the answer.
    case rebalance(Rebalance)
    /// Something failed that librdkafka keeps trying by itself.
    case error(KafkaError)
    /// This consumer can do nothing more.
    case fatal(KafkaError)
    /// Nothing waits: the wake descriptor will say when something does.
    case none
}
