import Kafka
import Worker

/// Events in memory, handed to a lane as Kafka's consumer would; keys stay in their partitions.
final class MemoryEvents {
    let events: [SampleEvent]
    let partitions: Int
    /// The next offset of each partition.
    private(set) var offsets: [Int64]
    /// How many may still be read.
    var budget = 0
    private var next = 0

    init(_ events: [SampleEvent], partitions: Int) {
        self.events = events
        self.partitions = partitions
        offsets = Array(repeating: 0, count: partitions)
    }

    func take() -> MemoryRecord? {
        guard budget > 0 else { return nil }
        budget -= 1
        let partition = next % partitions
        let event = events[next]
        next = next + 1 == events.count ? 0 : next + 1
        defer { offsets[partition] += 1 }
        return MemoryRecord(partition: Int32(partition), offset: offsets[partition], event)
    }
}

/// One of them.
struct MemoryRecord: LogRecord {
    let topic = 0
    let partition: Int32
    let offset: Int64
    let timestamp: Int64 = 1_700_000_000_000
    private let event: SampleEvent

    init(partition: Int32, offset: Int64, _ event: SampleEvent) {
        self.partition = partition
        self.offset = offset
        self.event = event
    }

    var key: Span<UInt8>? {
        @_lifetime(borrow self)
        get { event.key.span }
    }
    var value: Span<UInt8>? {
        @_lifetime(borrow self)
        get { event.value.span }
    }
    @unsafe var headerSource: SampleHeaders { SampleHeaders(event: event) }
}

/// The headers of one of them.
struct SampleHeaders: HeaderSource {
    let event: SampleEvent

    func forEachHeader(_ body: (_ name: Span<UInt8>, _ value: Span<UInt8>?) -> Void) {
        for header in event.headers { body(header.name.span, header.value.span) }
    }
}

/// The log that a lane reads there; it is read where it stands, wherever the lane is placed.
struct MemoryLog: EventLog, ~Copyable {
    let source: MemoryEvents
    private var started: Set<TopicPartition> = []

    init(_ source: MemoryEvents) { self.source = source }

    /// Whether the lane has begun with all partitions: an event before that would be passed over.
    private var isReady: Bool { started.count == source.partitions }

    var wakeDescriptor: Int32 { -1 }
    func clearWake() {}
    mutating func poll() -> ConsumerEvent<MemoryRecord> {
        guard isReady, let record = source.take() else { return .none }
        return .record(record)
    }
    func takeLogLines() -> [KafkaLogLine] { [] }
    func subscribe() throws(KafkaError) {}
    func isReading(_ partition: TopicPartition) -> Bool { started.contains(partition) }
    mutating func assign(_ positions: [Position]) throws(KafkaError) {}
    mutating func incrementalAssign(_ positions: [Position]) throws(KafkaError) {}
    mutating func incrementalUnassign(_ partitions: [TopicPartition]) throws(KafkaError) {}
    mutating func place(_ positions: [Position]) throws(KafkaError) { started.formUnion(positions.map(\.partition)) }
    mutating func pause(_ partitions: [TopicPartition]) throws(KafkaError) {}
    mutating func commit(_ positions: [Position]) {}
    mutating func close(deadlineMilliseconds: Int) -> Bool { true }
}
