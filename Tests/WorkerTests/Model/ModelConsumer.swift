import Kafka

@testable import Worker

/// The model of librdkafka, as the shipped consumer calls it.
struct ModelLibrary: ConsumerLibrary, ~Copyable {
    let kafka: ModelKafka
    /// The plant: what is to be dropped is handed on all the same.
    let keepsDropped: Bool

    var topicCount: Int { 1 }
    var rebalancing: Rebalancing { kafka.isEager ? .eager : .cooperative }
    mutating func fill() -> Int { kafka.fill() }

    mutating func partition(at index: Int) -> TopicPartition? {
        switch kafka.element(index) {
        case .record(let record, _)?: TopicPartition(topic: 0, partition: record.partition)
        case .end(let partition, _, _)?, .fault(let partition, _, _, _)?:
            TopicPartition(topic: 0, partition: Int32(partition))
        default: nil
        }
    }

    mutating func take(at index: Int) -> ConsumerEvent<ModelRecord>? {
        let element = kafka.element(index)
        kafka.drop(index)
        return Self.event(element)
    }

    private static func event(_ element: ModelKafka.Element?) -> ConsumerEvent<ModelRecord>? {
        switch element {
        case .record(let record, _)?: .record(record)
        case .end(let partition, let offset, _)?:
            .end(TopicPartition(topic: 0, partition: Int32(partition)), offset: offset)
        case .fault(let partition, let offset, let error, _)?:
            .partitionError(TopicPartition(topic: 0, partition: Int32(partition)), offset: offset, error)
        case .error(let error)?: .error(error)
        case .rebalance(let rebalance)?: .rebalance(rebalance)
        case nil: nil
        }
    }

    mutating func drop(at index: Int) { if !keepsDropped { kafka.drop(index) } }
    mutating func drained() {}
    mutating func nextNotice() -> ConsumerEvent<ModelRecord>? { Self.event(kafka.nextNotice()) }

    func subscribe() throws(KafkaError) {}
    func assign(_ positions: [Position]) throws(KafkaError) { try kafka.assign(positions) }
    func incrementalAssign(_ positions: [Position]) throws(KafkaError) { try kafka.incrementalAssign(positions) }
    func incrementalUnassign(_ partitions: [TopicPartition]) throws(KafkaError) {
        try kafka.incrementalUnassign(partitions)
    }
    func seek(_ positions: [Position]) throws(KafkaError) { try kafka.seek(positions) }
    func pause(_ partitions: [TopicPartition]) throws(KafkaError) { try kafka.pause(partitions) }
    func resume(_ partitions: [TopicPartition]) throws(KafkaError) { kafka.resume(partitions) }
    func commit(_ positions: [Position]) throws(KafkaError) { kafka.commit() }
    mutating func end(leaving: Bool, deadlineMilliseconds: Int) -> Bool { true }
}

/// The shipped consumer on that model.
struct ModelConsumer: EventLog, ~Copyable {
    var core: ConsumerCore<ModelLibrary>
    private let plant: Plant?

    init(_ kafka: ModelKafka, _ plant: Plant? = nil) {
        core = ConsumerCore(ModelLibrary(kafka: kafka, keepsDropped: plant == .keptReadAhead))
        self.plant = plant
    }

    var wakeDescriptor: Int32 { -1 }
    func clearWake() {}
    mutating func poll() -> ConsumerEvent<ModelRecord> { core.poll() }
    func takeLogLines() -> [KafkaLogLine] { [] }
    func subscribe() throws(KafkaError) { try core.subscribe() }
    func isReading(_ partition: TopicPartition) -> Bool { core.isReading(partition) }
    mutating func assign(_ positions: [Position]) throws(KafkaError) { try core.assign(positions) }
    mutating func incrementalAssign(_ positions: [Position]) throws(KafkaError) {
        try core.incrementalAssign(positions)
    }
    mutating func incrementalUnassign(_ partitions: [TopicPartition]) throws(KafkaError) {
        try core.incrementalUnassign(partitions)
    }
    mutating func place(_ positions: [Position]) throws(KafkaError) {
        do throws(KafkaError) { try core.place(positions) } catch { if plant != .ignoredPlacement { throw error } }
    }
    mutating func pause(_ partitions: [TopicPartition]) throws(KafkaError) { try core.pause(partitions) }
    mutating func commit(_ positions: [Position]) { try? core.commit(positions) }
    mutating func close(deadlineMilliseconds: Int) -> Bool { core.close(deadlineMilliseconds: deadlineMilliseconds) }
}
