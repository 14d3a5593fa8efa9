public import Kafka

/// Where a lane reads its events: Kafka's consumer, or a model of it.
public protocol EventLog: ~Copyable {
    associatedtype Record: LogRecord & ~Copyable

    /// Readable for `poll(2)` after something came while nothing waited.
    var wakeDescriptor: Int32 { get }
    func clearWake()
    /// The next thing that happened; never waits.
    mutating func poll() -> ConsumerEvent<Record>
    /// The library's own log lines since the last call.
    func takeLogLines() -> [KafkaLogLine]
    /// The library's statistics if there are new ones, as JSON.
    func takeStatistics() -> [UInt8]?

    func subscribe() throws(KafkaError)
    func isReading(_ partition: TopicPartition) -> Bool
    mutating func assign(_ positions: [Position]) throws(KafkaError)
    mutating func incrementalAssign(_ positions: [Position]) throws(KafkaError)
    mutating func incrementalUnassign(_ partitions: [TopicPartition]) throws(KafkaError)
    mutating func place(_ positions: [Position]) throws(KafkaError)
    mutating func pause(_ partitions: [TopicPartition]) throws(KafkaError)
    mutating func commit(_ positions: [Position])
    mutating func close(deadlineMilliseconds: Int) -> Bool
}

extension EventLog where Self: ~Copyable {
    public func takeStatistics() -> [UInt8]? { nil }
}

extension Consumer: EventLog {}
