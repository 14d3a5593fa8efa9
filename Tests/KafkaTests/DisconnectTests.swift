import Kafka
import Testing

/// Errors of connections are in the same queue as the records: each offset must come exactly once all the same.
///
/// On librdkafka's own mock cluster with two brokers, of which one goes down and up under load, while the reader stalls
/// at random so that records are before and behind the errors.
private struct BrokerLoad: ~Copyable {
    static let topic = "events"
    static let partitions = 4

    /// What was produced and what was taken, by partition.
    struct Ledger {
        var written = [Int64](repeating: 0, count: partitions)
        var next = [Int64](repeating: 0, count: partitions)
        var lost = 0
        var doubled = 0
        var errors = 0

        var isDone: Bool { next == written }

        mutating func take(_ record: Record) {
            let partition = Int(record.partition)
            if record.offset < next[partition] { doubled += 1 } else { lost += Int(record.offset - next[partition]) }
            next[partition] = max(next[partition], record.offset + 1)
        }
    }

    let cluster: MockCluster
    var producer: Producer
    var ledger = Ledger()

    init() throws {
        let cluster = try MockCluster(brokers: 2)
        try cluster.createTopic(Self.topic, partitions: Self.partitions)
        for partition in 0..<Int32(Self.partitions) {
            try cluster.setLeader(topic: Self.topic, partition: partition, broker: 1 + partition % 2)
        }
        let producer = try makeProducer(cluster.bootstrapServers, Self.reconnecting)
        self.cluster = cluster
        self.producer = producer
    }

    static let reconnecting = [("reconnect.backoff.ms", "10"), ("reconnect.backoff.max.ms", "100")]

    mutating func fill(_ count: Int, of broker: Int32? = nil) throws {
        for partition in 0..<Int32(Self.partitions) where broker == nil || broker == 1 + partition % 2 {
            for _ in 0..<count {
                try producer.produce(topic: Self.topic, partition: partition, key: bytes("k"), value: bytes("value"))
            }
            ledger.written[Int(partition)] += Int64(count)
        }
        // An error of a connection may end a flush early.
        let end = milliseconds() + 60_000
        while producer.queuedCount > 0, milliseconds() < end { try? producer.flush(timeoutMilliseconds: 60_000) }
        let left = producer.queuedCount
        try #require(left == 0)
    }

    /// Takes up to `count` of what comes, for as long as something does.
    mutating func drain(_ consumer: inout Consumer, _ count: Int = 100_000) {
        consumer.clearWake()
        var seen = Seen()
        for _ in 0..<count where !take(&consumer, into: &seen) { break }
        for record in seen.records { ledger.take(record) }
        ledger.errors += seen.errors.count + seen.partitionErrors.count
    }
}

@Suite(.timeLimit(.minutes(10))) struct DisconnectTests {
    @Test func `a broker that goes down and up under load loses no record and doubles none`() throws {
        var load = try BrokerLoad()
        var random = SystemRandomNumberGenerator()
        let more = BrokerLoad.reconnecting + [("fetch.error.backoff.ms", "10")]
        var consumer = try makeConsumer(load.cluster.bootstrapServers, topics: [BrokerLoad.topic], more)
        try consumer.assign((0..<Int32(BrokerLoad.partitions)).map { Position(topic: 0, partition: $0, offset: 0) })
        try load.fill(200)
        let rounds = Scale.count(15, long: 50)
        for _ in 0..<rounds {
            let broker = Int32.random(in: 1...2, using: &random)
            load.drain(&consumer, Int.random(in: 0...2_000, using: &random))
            try load.fill(Int.random(in: 1...200, using: &random))
            _ = waits(-1, milliseconds: Int.random(in: 0...100, using: &random))
            try load.cluster.setBroker(broker, isUp: false)
            // The other broker's records come while this one's connection is refused again and again.
            for _ in 0..<4 {
                try load.fill(Int.random(in: 1...50, using: &random), of: 3 - broker)
                _ = waits(-1, milliseconds: Int.random(in: 1...40, using: &random))
            }
            try load.cluster.setBroker(broker, isUp: true)
            try load.fill(Int.random(in: 1...100, using: &random))
            _ = waits(-1, milliseconds: Int.random(in: 0...150, using: &random))
        }
        // The last record of a partition may be among the lost ones: then one more tells that it is.
        var silent = 0
        while !load.ledger.isDone, silent < 100 {
            let before = load.ledger.next
            load.drain(&consumer)
            silent = load.ledger.next == before ? silent + 1 : 0
            _ = waits(consumer.wakeDescriptor, milliseconds: 100)
        }
        try load.fill(1)
        let end = milliseconds() + 60_000
        while !load.ledger.isDone, milliseconds() < end {
            load.drain(&consumer)
            _ = waits(consumer.wakeDescriptor, milliseconds: 100)
        }
        let ledger = load.ledger
        print(
            "FIGURE mock: \(rounds) times down and up, \(ledger.written) written, \(ledger.errors) errors, "
                + "\(ledger.lost) lost, \(ledger.doubled) doubled")
        #expect(ledger.isDone)
        #expect(ledger.lost == 0)
        #expect(ledger.doubled == 0)
        #expect(ledger.errors > 0, "no error came: the test shows nothing")
    }
}
