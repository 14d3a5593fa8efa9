import Bytes
import Kafka
import KafkaServer
import Testing

/// One real Kafka for all tests of this process; each test has topics and groups of its own.
enum RealKafka {
    // Started by the first test, ended with the process.
    nonisolated(unsafe) static let server = Result { try KafkaServer() }

    /// What a group can be rebalanced by: librdkafka before 2.1 loses records in a cooperative one, and is refused it.
    static let strategies = ["range,roundrobin"] + (supportsCooperativeRebalancing ? ["cooperative-sticky"] : [])

    static func servers() throws -> String { try unsafe server.get().bootstrapServers }

    static func admin() throws -> Admin {
        try Admin(properties: [("bootstrap.servers", servers())], clientID: "tests")
    }

    static func makeTopic(_ name: String, partitions: Int, _ settings: [(String, String)] = []) throws {
        var admin = try admin()
        try admin.createTopic(name, partitions: partitions, settings: settings, timeoutMilliseconds: 60_000)
    }

    static func fill(_ topic: String, _ count: Int, partition: Int32 = 0) throws {
        var producer = try makeProducer(servers())
        for index in 0..<count {
            try producer.produce(topic: topic, partition: partition, key: bytes("k"), value: bytes("v\(index)"))
        }
        try producer.flush(timeoutMilliseconds: 60_000)
    }
}

/// The wrapper on a real Apache Kafka.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled(if: KafkaServer.isAvailable, Comment(rawValue: KafkaServer.skipReason)))
struct RealKafkaTests {
    @Test func `single records are looked up where they stand, again and again`() throws {
        try RealKafka.makeTopic("single", partitions: 2)
        try RealKafka.fill("single", 20)
        try RealKafka.fill("single", 3, partition: 1)
        var admin = try RealKafka.admin()
        try admin.deleteRecords(topic: "single", partition: 0, before: 5, timeoutMilliseconds: 60_000)
        for _ in 0..<3 {
            for offset: Int64 in [5, 19] {
                let places = [
                    RecordPlace(topic: "single", partition: 0, offset: offset),
                    RecordPlace(topic: "single", partition: 1, offset: 1),
                ]
                var values: [Int: [UInt8]?] = [:]
                let found = admin.records(at: places, timeoutMilliseconds: 60_000) { index, record in
                    values[index] = record.value?.array
                }
                #expect(found.allSatisfy { if case .found = $0 { true } else { false } }, "\(found)")
                #expect(values == [0: bytes("v\(offset)"), 1: bytes("v1")])
            }
        }
        let outside: [Int64] = [4, 20, 25]
        let searches = outside.map { offset in
            admin.records(
                at: [RecordPlace(topic: "single", partition: 0, offset: offset)], timeoutMilliseconds: 60_000
            ) { index, record in Issue.record("offset \(record.offset) was found for \(offset)") }
        }
        for (offset, search) in zip(outside, searches) {
            switch search.first {
            case .outOfRange: #expect(offset != 20)
            case .absent: #expect(offset == 20)
            default: Issue.record("offset \(offset): \(search)")
            }
        }
    }

    @Test func `a topic that is created again has another id, where the library can ask for it`() throws {
        var admin = try RealKafka.admin()
        var identifiers: [String] = []
        for _ in 0..<2 {
            try admin.createTopic("anew", partitions: 1, timeoutMilliseconds: 60_000)
            let found = try admin.topicIDs(of: ["anew"], timeoutMilliseconds: 60_000)
            identifiers.append(found["anew"] ?? "none")
            try admin.deleteTopic("anew", timeoutMilliseconds: 60_000)
            var isGone = false
            while !isGone {
                do { _ = try admin.partitionCounts(of: ["anew"], timeoutMilliseconds: 60_000) } catch {
                    isGone = error.code == .unknownTopic
                }
            }
        }
        // librdkafka 2.3 has topic ids.
        let isOld = libraryVersion.split(separator: ".").prefix(2).compactMap { Int($0) }.lexicographicallyPrecedes([
            2, 3,
        ])
        if isOld {
            #expect(identifiers == ["none", "none"])
        } else {
            #expect(Set(identifiers).count == 2 && !identifiers.contains("none"), "\(identifiers)")
        }
    }

    @Test func `keys, values and headers come back as they were sent`() throws {
        try RealKafka.makeTopic("round-trip", partitions: 3)
        var producer = try makeProducer(RealKafka.servers())
        try producer.produce(
            topic: "round-trip", partition: 2, key: [0, 0xFF], value: bytes("é☃"),
            headers: [("a", bytes("1")), ("empty", []), ("null", nil)], timestamp: 1_700_000_000_123)
        try producer.produce(topic: "round-trip", partition: 2, key: bytes("k"), value: nil as [UInt8]?)
        try producer.produce(topic: "round-trip", partition: 2, key: nil as [UInt8]?, value: [])
        try producer.flush(timeoutMilliseconds: 60_000)
        var consumer = try makeConsumer(RealKafka.servers(), topics: ["round-trip"])
        try consumer.assign((0..<3).map { Position(topic: 0, partition: $0, offset: 0) })
        var seen = Seen()
        try #require(read(&consumer, into: &seen) { $0.ends.count == 3 })
        try #require(seen.records.count == 3)
        #expect(
            seen.records[0]
                == Record(
                    partition: 2, offset: 0, timestamp: 1_700_000_000_123, key: [0, 0xFF], value: bytes("é☃"),
                    headers: [
                        .init(name: "a", value: bytes("1")), .init(name: "empty", value: []),
                        .init(name: "null", value: nil),
                    ]))
        #expect(seen.records[1].value == nil)
        #expect(seen.records[2].key == nil)
        #expect(seen.records[2].value == [])
        #expect(seen.ends[TopicPartition(topic: 0, partition: 2)] == 3)
    }

    @Test func `an aborted transaction is not seen, and the end lies behind its marker`() throws {
        try RealKafka.makeTopic("transactions", partitions: 1)
        var producer = try makeProducer(RealKafka.servers(), transactionalID: "tests")
        try producer.initializeTransactions(timeoutMilliseconds: 60_000)
        func produce(_ value: String) throws {
            try producer.beginTransaction()
            try producer.produce(topic: "transactions", partition: 0, key: nil as [UInt8]?, value: bytes(value))
            try producer.flush(timeoutMilliseconds: 60_000)
        }
        try produce("committed")
        try producer.commitTransaction(timeoutMilliseconds: 60_000)
        try produce("aborted")
        try producer.abortTransaction(timeoutMilliseconds: 60_000)
        var consumer = try makeConsumer(RealKafka.servers(), topics: ["transactions"])
        let zero = TopicPartition(topic: 0, partition: 0)
        try consumer.assign([Position(zero, offset: 0)])
        var seen = Seen()
        // Two records and two markers.
        try #require(read(&consumer, into: &seen) { $0.ends[zero] == 4 })
        #expect(seen.records.map(\.value) == [bytes("committed")])
        // An open transaction holds back the last stable offset: the admin client and the consumer agree on it.
        try produce("open")
        var admin = try RealKafka.admin()
        let open = try admin.ranges(topic: "transactions", partitions: [0], timeoutMilliseconds: 60_000)
        #expect(open == [LogRange(low: 0, end: 4)])
        try producer.commitTransaction(timeoutMilliseconds: 60_000)
        try #require(read(&consumer, into: &seen) { $0.ends[zero] == 6 })
        #expect(seen.records.map(\.value) == [bytes("committed"), bytes("open")])
        let closed = try admin.ranges(topic: "transactions", partitions: [0], timeoutMilliseconds: 60_000)
        #expect(closed == [LogRange(low: 0, end: 6)])
    }

    @Test func `an offset that expired is an error of the partition, and so is one beyond the end`() throws {
        try RealKafka.makeTopic("expired", partitions: 1)
        try RealKafka.fill("expired", 10)
        var admin = try RealKafka.admin()
        try admin.deleteRecords(topic: "expired", partition: 0, before: 6, timeoutMilliseconds: 60_000)
        let ranges = try admin.ranges(topic: "expired", partitions: [0], timeoutMilliseconds: 60_000)
        #expect(ranges == [LogRange(low: 6, end: 10)])
        for offset: Int64 in [3, 11] {
            var consumer = try makeConsumer(RealKafka.servers(), topics: ["expired"])
            try consumer.assign([Position(topic: 0, partition: 0, offset: offset)])
            var seen = Seen()
            try #require(read(&consumer, into: &seen) { !$0.partitionErrors.isEmpty }, "offset \(offset)")
            #expect(seen.partitionErrors[0].2.code == .offsetOutOfRange)
            #expect(seen.records.isEmpty)
        }
    }

    @Test func `the cluster tells its id, its topics, their settings and offsets by time`() throws {
        try RealKafka.makeTopic(
            "about", partitions: 2, [("cleanup.policy", "compact"), ("delete.retention.ms", "1234")])
        var producer = try makeProducer(RealKafka.servers())
        for time: Int64 in [1_000, 2_000, 3_000] {
            try producer.produce(topic: "about", partition: 1, key: bytes("\(time)"), value: [1], timestamp: time)
        }
        try producer.flush(timeoutMilliseconds: 60_000)
        var admin = try RealKafka.admin()
        let id = try admin.clusterID(timeoutMilliseconds: 60_000)
        #expect(id == "bGFudGVybi10ZXN0cy0wMA")
        let counts = try admin.partitionCounts(of: ["about"], timeoutMilliseconds: 60_000)
        #expect(counts == [2])
        let settings = try admin.settings(ofTopic: "about", timeoutMilliseconds: 60_000)
        #expect(settings["cleanup.policy"] == "compact")
        #expect(settings["delete.retention.ms"] == "1234")
        let since = try admin.offsets(topic: "about", partitions: [0, 1], since: 1_500, timeoutMilliseconds: 60_000)
        #expect(since == [nil, 1])
        try admin.growTopic("about", to: 5, timeoutMilliseconds: 60_000)
        var grown: [Int] = []
        let end = milliseconds() + 60_000
        while grown != [5], milliseconds() < end {
            grown = try admin.partitionCounts(of: ["about"], timeoutMilliseconds: 60_000)
        }
        #expect(grown == [5])
        let again = #expect(throws: KafkaError.self) {
            try admin.createTopic("about", partitions: 1, timeoutMilliseconds: 60_000)
        }
        #expect(again?.code == .topicExists)
        try admin.deleteTopic("about", timeoutMilliseconds: 60_000)
    }

    @Test func `an open transaction is before the high watermark, and behind the last stable offset`() throws {
        try RealKafka.makeTopic("open", partitions: 2)
        try RealKafka.fill("open", 3)
        var producer = try makeProducer(RealKafka.servers(), transactionalID: "open")
        try producer.initializeTransactions(timeoutMilliseconds: 60_000)
        try producer.beginTransaction()
        for partition: Int32 in [0, 1] {
            try producer.produce(topic: "open", partition: partition, key: bytes("k"), value: bytes("v"))
        }
        try producer.flush(timeoutMilliseconds: 60_000)
        var committed = try RealKafka.admin()
        var all = try Admin(
            properties: [("bootstrap.servers", RealKafka.servers())], clientID: "tests", seesOpenTransactions: true)
        let stable = try committed.ranges(topic: "open", partitions: [0, 1], timeoutMilliseconds: 60_000)
        let high = try all.ranges(topic: "open", partitions: [0, 1], timeoutMilliseconds: 60_000)
        #expect(stable.map(\.end) == [3, 0])
        #expect(high.map(\.end) == [4, 1])
        try producer.abortTransaction(timeoutMilliseconds: 60_000)
    }

    @Test func `a missing topic is named`() throws {
        var admin = try RealKafka.admin()
        let error = #expect(throws: KafkaError.self) {
            try admin.partitionCounts(of: ["nowhere"], timeoutMilliseconds: 60_000)
        }
        #expect(error?.code == .unknownTopic)
        #expect(error?.message.contains("nowhere") == true)
    }

    @Test func `an unreachable broker is an error that says so, within the time allowed`() throws {
        var admin = try Admin(properties: [("bootstrap.servers", "127.0.0.1:1")], clientID: "tests")
        let error = #expect(throws: KafkaError.self) {
            try admin.partitionCounts(of: ["any"], timeoutMilliseconds: 5_000)
        }
        #expect(error?.code == .unreachable)
        #expect(error?.message.contains("127.0.0.1:1") == true)
    }

    @Test func `no wake-up is lost on a real broker`() throws {
        try RealKafka.makeTopic("wake", partitions: 1)
        var consumer = try makeConsumer(RealKafka.servers(), topics: ["wake"])
        try consumer.assign([Position(topic: 0, partition: 0, offset: 0)])
        var seen = Seen()
        try #require(read(&consumer, into: &seen) { !$0.ends.isEmpty })
        var producer = try makeProducer(RealKafka.servers(), [("linger.ms", "0")])
        for index in 0..<300 {
            try producer.deliver(
                topic: "wake", partition: 0, key: nil, value: bytes("v\(index)").span, timeoutMilliseconds: 60_000)
            try #require(read(&consumer, into: &seen) { $0.records.count == index + 1 })
        }
        #expect(seen.records.count == 300)
    }
}
