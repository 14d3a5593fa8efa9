import Bytes
import Glibc
import Kafka

/// A record copied out of its message, with what else a poll can bring.
struct Record: Equatable {
    struct Header: Equatable {
        var name: String
        var value: [UInt8]?
    }
    var partition: Int32
    var offset: Int64
    var timestamp: Int64
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [Header]
}

/// What a consumer brought while a test waited for something.
struct Seen {
    var records: [Record] = []
    var ends: [TopicPartition: Int64] = [:]
    var partitionErrors: [(TopicPartition, Int64, KafkaError)] = []
    var rebalances: [Rebalance] = []
    var errors: [KafkaError] = []

    func values(_ partition: Int32) -> [[UInt8]?] { records.filter { $0.partition == partition }.map(\.value) }
}

func milliseconds() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

/// Waits in poll(2) on the descriptor and returns whether it became readable.
func waits(_ descriptor: Int32, milliseconds: Int) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe Glibc.poll(&request, 1, Int32(milliseconds)) > 0
}

func copy(_ message: borrowing Message) -> Record {
    var headers: [Record.Header] = []
    message.forEachHeader { name, value in
        headers.append(Record.Header(name: name.readable, value: value?.array))
    }
    return Record(
        partition: message.partition, offset: message.offset, timestamp: message.timestamp,
        key: message.key?.array, value: message.value?.array, headers: headers)
}

/// Polls once and notes what came; false if nothing did.
func take(_ consumer: inout Consumer, into seen: inout Seen) -> Bool {
    switch consumer.poll() {
    case .record(let message): seen.records.append(copy(message))
    case .end(let partition, let offset): seen.ends[partition] = offset
    case .partitionError(let partition, let offset, let error): seen.partitionErrors.append((partition, offset, error))
    case .rebalance(let rebalance): seen.rebalances.append(rebalance)
    case .error(let error): seen.errors.append(error)
    case .fatal(let error): seen.errors.append(error)
    case .none: return false
    }
    return true
}

/// Polls, sleeping only on the wake descriptor, until `done` or the deadline; returns whether it was done.
@discardableResult
func read(
    _ consumer: inout Consumer, into seen: inout Seen, within limit: Int = 60_000, until done: (Seen) -> Bool
) -> Bool {
    let end = milliseconds() + limit
    while milliseconds() < end {
        consumer.clearWake()
        while take(&consumer, into: &seen) {}
        if done(seen) { return true }
        _ = waits(consumer.wakeDescriptor, milliseconds: max(0, end - milliseconds()))
    }
    return done(seen)
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func makeConsumer(
    _ servers: String, topics: [String], group: String = "tests", instanceID: String? = nil,
    _ more: [(String, String)] = []
) throws -> Consumer {
    try Consumer(
        // The mock answers a waiting fetch only when its time is up.
        properties: [("bootstrap.servers", servers), ("fetch.wait.max.ms", "20")] + more, topics: topics,
        groupID: group, instanceID: instanceID,
        clientID: "tests")
}

func makeProducer(_ servers: String, transactionalID: String? = nil, _ more: [(String, String)] = []) throws -> Producer
{
    try Producer(
        properties: [("bootstrap.servers", servers)] + more, clientID: "tests", transactionalID: transactionalID)
}
