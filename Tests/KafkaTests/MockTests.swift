import Bytes
import Kafka
import Testing

/// The wrapper on librdkafka's mock cluster: always there, no container, no Java.
@Suite(.timeLimit(.minutes(10))) struct MockTests {
    let cluster: MockCluster

    init() throws {
        cluster = try MockCluster(brokers: 1)
        try cluster.createTopic("events", partitions: 2)
    }

    private func fill(_ count: Int, partition: Int32 = 0) throws {
        var producer = try makeProducer(cluster.bootstrapServers)
        for index in 0..<count {
            try producer.produce(topic: "events", partition: partition, key: bytes("k"), value: bytes("v\(index)"))
        }
        try producer.flush(timeoutMilliseconds: 60_000)
    }

    @Test func `a leader that is none for a moment is asked again`() throws {
        try fill(3)
        var admin = try Admin(properties: [("bootstrap.servers", cluster.bootstrapServers)], clientID: "tests")
        cluster.fail(.listOffsets, with: [.notLeader, .notLeader, .leaderNotAvailable])
        let ranges = try admin.ranges(topic: "events", partitions: [0], timeoutMilliseconds: 60_000)
        #expect(ranges == [LogRange(low: 0, end: 3)])
    }

    @Test func `keys, values and headers arrive as they were sent, and null is not empty`() throws {
        var producer = try makeProducer(cluster.bootstrapServers)
        let binary: [UInt8] = [0, 0xFF, 0x0A, 0xC3]
        try producer.produce(
            topic: "events", partition: 0, key: binary, value: bytes("ключ ☃"),
            headers: [("a", bytes("1")), ("empty", []), ("null", nil), ("a", bytes("2"))], timestamp: 1_700_000_000_123)
        try producer.produce(topic: "events", partition: 0, key: bytes("k"), value: nil as [UInt8]?)
        try producer.produce(topic: "events", partition: 0, key: nil as [UInt8]?, value: [])
        try producer.produce(topic: "events", partition: 0, key: [], value: bytes("x"))
        try producer.flush(timeoutMilliseconds: 60_000)
        let counts = producer.acknowledgedCounts(topic: "events")
        #expect(counts == [4])

        var consumer = try makeConsumer(cluster.bootstrapServers, topics: ["other", "events"])
        try consumer.assign([Position(topic: 1, partition: 0, offset: 0)])
        var seen = Seen()
        try #require(read(&consumer, into: &seen) { !$0.ends.isEmpty })
        try #require(seen.records.count == 4)
        #expect(seen.records[0].key == binary)
        #expect(seen.records[0].value == bytes("ключ ☃"))
        #expect(seen.records[0].timestamp == 1_700_000_000_123)
        #expect(
            seen.records[0].headers == [
                .init(name: "a", value: bytes("1")), .init(name: "empty", value: []), .init(name: "null", value: nil),
                .init(name: "a", value: bytes("2")),
            ])
        #expect(seen.records[1].value == nil)
        #expect(seen.records[1].headers.isEmpty)
        #expect(seen.records[2].key == nil)
        #expect(seen.records[2].value == [])
        #expect(seen.records[3].key == [])
        #expect(seen.ends == [TopicPartition(topic: 1, partition: 0): 4])
        let isClosed = consumer.close(deadlineMilliseconds: 60_000)
        #expect(isClosed)
    }

    @Test func `reading begins at the assigned offset`() throws {
        try fill(10)
        var consumer = try makeConsumer(cluster.bootstrapServers, topics: ["events"])
        try consumer.assign([Position(topic: 0, partition: 0, offset: 7)])
        var seen = Seen()
        try #require(read(&consumer, into: &seen) { !$0.ends.isEmpty })
        #expect(seen.records.map(\.offset) == [7, 8, 9])
        #expect(seen.ends.values.first == 10)
    }

    @Test func `an offset that the log does not have is an error of the partition, not a reset`() throws {
        try fill(3)
        var consumer = try makeConsumer(cluster.bootstrapServers, topics: ["events"])
        try consumer.assign([Position(topic: 0, partition: 0, offset: 77)])
        var seen = Seen()
        try #require(read(&consumer, into: &seen) { !$0.partitionErrors.isEmpty })
        #expect(seen.partitionErrors[0].0 == TopicPartition(topic: 0, partition: 0))
        #expect(seen.partitionErrors[0].2.code == .offsetOutOfRange)
        #expect(seen.records.isEmpty)
    }

    @Test func `no negative offset can be assigned`() throws {
        var consumer = try makeConsumer(cluster.bootstrapServers, topics: ["events"])
        for offset: Int64 in [-1, -2, -1000, -1001] {
            let error = #expect(throws: KafkaError.self) {
                try consumer.assign([Position(topic: 0, partition: 0, offset: offset)])
            }
            #expect(error?.code == .invalidOffset)
        }
    }

    @Test func `no wake-up is lost, one record at a time`() throws {
        var consumer = try makeConsumer(cluster.bootstrapServers, topics: ["events"])
        try consumer.assign([Position(topic: 0, partition: 0, offset: 0)])
        var seen = Seen()
        try #require(read(&consumer, into: &seen) { !$0.ends.isEmpty })
        var producer = try makeProducer(cluster.bootstrapServers)
        for index in 0..<200 {
            try producer.deliver(
                topic: "events", partition: 0, key: nil, value: bytes("v\(index)").span, timeoutMilliseconds: 60_000)
            // `read` sleeps on nothing but the descriptor: a lost wake-up would end in its deadline.
            try #require(read(&consumer, into: &seen) { $0.records.count == index + 1 })
        }
        #expect(seen.records.map(\.value) == (0..<200).map { bytes("v\($0)") })
    }

    @Test func `a paused partition is silent, and continues where it is placed`() throws {
        try fill(100, partition: 0)
        try fill(100, partition: 1)
        var consumer = try makeConsumer(cluster.bootstrapServers, topics: ["events"])
        let zero = TopicPartition(topic: 0, partition: 0)
        let one = TopicPartition(topic: 0, partition: 1)
        try consumer.assign([Position(zero, offset: 0), Position(one, offset: 0)])
        var seen = Seen()
        while seen.values(0).count < 5 {
            if !take(&consumer, into: &seen) { _ = waits(consumer.wakeDescriptor, milliseconds: 100) }
        }
        try consumer.pause([zero])
        let isPaused = consumer.isPaused(zero)
        #expect(isPaused)
        let before = seen.values(0).count
        try #require(read(&consumer, into: &seen) { $0.ends[one] == 100 })
        #expect(seen.values(0).count == before)
        // The other partition must not be rewound by this.
        try consumer.place([Position(zero, offset: Int64(before))])
        try #require(read(&consumer, into: &seen) { $0.ends[zero] == 100 })
        #expect(seen.values(0) == (0..<100).map { bytes("v\($0)") })
        #expect(seen.values(1) == (0..<100).map { bytes("v\($0)") })
    }

    @Test func `a partition that was paused when it was given up is read after it is assigned again`() throws {
        try fill(10)
        let zero = TopicPartition(topic: 0, partition: 0)
        var consumer = try makeConsumer(cluster.bootstrapServers, topics: ["events"])
        try consumer.assign([Position(zero, offset: 0)])
        try consumer.pause([zero])
        try consumer.assign([])
        try consumer.assign([Position(zero, offset: 4)])
        var seen = Seen()
        try #require(read(&consumer, into: &seen) { !$0.ends.isEmpty })
        #expect(seen.records.map(\.offset) == Array(4..<10))
        try consumer.pause([zero])
        try consumer.assign([Position(zero, offset: 8)])
        seen = Seen()
        try #require(read(&consumer, into: &seen) { !$0.ends.isEmpty })
        #expect(seen.records.map(\.offset) == [8, 9])
    }

    @Test func `one partition is set back while the other continues`() throws {
        try fill(50, partition: 0)
        try fill(50, partition: 1)
        let zero = TopicPartition(topic: 0, partition: 0)
        let one = TopicPartition(topic: 0, partition: 1)
        var consumer = try makeConsumer(cluster.bootstrapServers, topics: ["events"])
        try consumer.assign([Position(zero, offset: 0), Position(one, offset: 0)])
        var seen = Seen()
        try #require(read(&consumer, into: &seen) { $0.ends.count == 2 })
        seen = Seen()
        try consumer.place([Position(zero, offset: 48)])
        try #require(read(&consumer, into: &seen) { $0.ends[zero] != nil })
        #expect(seen.records.map(\.offset) == [48, 49])
        #expect(seen.records.allSatisfy { $0.partition == 0 })
    }

    @Test func `a consumer that read ahead is closed without leaving anything behind`() throws {
        try fill(300)
        var consumer = try makeConsumer(cluster.bootstrapServers, topics: ["events"])
        try consumer.assign([Position(topic: 0, partition: 0, offset: 0)])
        var seen = Seen()
        while seen.records.isEmpty { _ = take(&consumer, into: &seen) }
        // librdkafka waits for each record that it gave.
        let isClosed = consumer.close(deadlineMilliseconds: 60_000)
        #expect(isClosed)
        let isNothing = !take(&consumer, into: &seen)
        #expect(isNothing)
    }

    @Test func `nothing read ahead comes after the partition was assigned again`() throws {
        try fill(2_000)
        var consumer = try makeConsumer(cluster.bootstrapServers, topics: ["events"])
        for round in 0..<20 {
            try consumer.assign([Position(topic: 0, partition: 0, offset: Int64(round * 7))])
            var seen = Seen()
            try #require(read(&consumer, into: &seen) { $0.records.count > 0 })
            #expect(seen.records[0].offset == Int64(round * 7))
        }
    }

    @Test func `an unreachable broker is reported`() throws {
        var consumer = try makeConsumer("127.0.0.1:1", topics: ["events"])
        try consumer.assign([Position(topic: 0, partition: 0, offset: 0)])
        var seen = Seen()
        try #require(read(&consumer, into: &seen) { $0.errors.contains { $0.code == .unreachable } })
        #expect(seen.records.isEmpty)
    }

    @Test func `closing ends within its deadline when the broker is gone`() throws {
        try fill(1)
        var consumer = try makeConsumer(cluster.bootstrapServers, topics: ["events"])
        try consumer.subscribe()
        var seen = Seen()
        try #require(read(&consumer, into: &seen) { !$0.rebalances.isEmpty })
        try cluster.setBroker(1, isUp: false)
        let start = milliseconds()
        _ = consumer.close(deadlineMilliseconds: 1_500)
        #expect(milliseconds() - start < 60_000)
        let more = take(&consumer, into: &seen)
        #expect(!more)
    }

    @Test func `short faults of the broker are overcome`() throws {
        try fill(10)
        cluster.fail(.fetch, with: [.notLeader, .timedOut, .transport])
        cluster.fail(.metadata, with: [.leaderNotAvailable])
        var consumer = try makeConsumer(cluster.bootstrapServers, topics: ["events"])
        try consumer.assign([Position(topic: 0, partition: 0, offset: 0)])
        var seen = Seen()
        try #require(read(&consumer, into: &seen) { !$0.ends.isEmpty })
        #expect(seen.records.map(\.offset) == Array(0..<10))
    }

    @Test func `a delivery that fails is thrown and counted`() throws {
        var producer = try makeProducer(
            cluster.bootstrapServers, transactionalID: nil, [("message.timeout.ms", "2000")])
        // In the answer to the request: the whole topic's fault in the mock's metadata crashes librdkafka 2.8.0 (its issue 4907).
        cluster.fail(.produce, with: [.topicAuthorization])
        let error = #expect(throws: KafkaError.self) {
            try producer.deliver(
                topic: "events", key: nil, value: bytes("x").span, timeoutMilliseconds: 60_000)
        }
        #expect(error?.code == .authorization || error?.code == .timedOut)
        let failed = producer.failedCount
        #expect(failed == 1)
        let failures = producer.takeFailures()
        #expect(failures.count == 1)
    }

    @Test func `acknowledgements carry the tag, the place and the time`() throws {
        var producer = try makeProducer(cluster.bootstrapServers)
        producer.keepsAcknowledgements = true
        for tag in 1...5 {
            try producer.produce(topic: "events", partition: 1, key: nil as [UInt8]?, value: [1], tag: tag)
        }
        try producer.flush(timeoutMilliseconds: 60_000)
        let acknowledgements = producer.takeAcknowledgements()
        #expect(acknowledgements.map(\.tag) == [1, 2, 3, 4, 5])
        #expect(acknowledgements.map(\.offset) == [0, 1, 2, 3, 4])
        #expect(acknowledgements.allSatisfy { $0.topic == "events" && $0.partition == 1 && $0.nanoseconds > 0 })
        let counts = producer.acknowledgedCounts(topic: "events")
        #expect(counts == [0, 5])
    }
}
