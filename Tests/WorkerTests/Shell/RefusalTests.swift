import CommandLine
import Kafka
import Logging
import Projections
import Records
import Redis
import RedisServer
import System
import Testing

@testable import Worker

/// What Kafka refuses until an operator acts, and what a worker says and does meanwhile.
@Suite struct `Kafka refuses` {
    private func session(_ runner: ProjectionRunner) -> WorkerSession {
        WorkerSession([runner], redis: runner.settings.redis, log: Log(Device(2, environment: [:])))
    }

    @Test(arguments: [
        (MockCluster.Request.joinGroup, MockCluster.Fault.groupAuthorization, "lacks the right READ on consumer group"),
        (.findCoordinator, .groupAuthorization, "lacks the right READ on consumer group lantern-p-1-"),
        (.joinGroup, .invalidSessionTimeout, "session.timeout.ms"),
        (.joinGroup, .inconsistentGroupProtocol, "partition.assignment.strategy"),
    ])
    func `a group that cannot be joined is named for status, and tried again`(
        request: MockCluster.Request, fault: MockCluster.Fault, words: String
    ) throws {
        let workshop = try Workshop()
        var redis = try workshop.connection()
        try workshop.send(key: "k", value: "{\"n\":1}")
        try workshop.flush()
        workshop.fail(request, with: [fault])
        let runner = workshop.member()
        let session = session(runner)
        try session.start()
        var note: String?
        let end = run(session) {
            if case .blocked(let error) = runner.state, note == nil {
                #expect(error.code == .halted && error.message.contains(words), "\(error)")
                note = try redis.command("GET", workshop.keys.blocked).text ?? ""
            }
            // Withdrawn with the next look of the session.
            return try workshop.next(&redis) == 1 && redis.command("GET", workshop.keys.blocked).text == nil
        }
        #expect(end == .done)
        #expect(note?.contains(words) == true, "\(note ?? "it was never blocked")")
    }

    @Test func `a right on the group is of no use to fixed partitions`() throws {
        let workshop = try Workshop()
        var redis = try workshop.connection()
        try workshop.send(key: "k", value: "{\"n\":1}")
        try workshop.flush()
        workshop.fail(.findCoordinator, with: Array(repeating: .groupAuthorization, count: 1_000))
        let session = session(workshop.runner)
        try session.start()
        var wasBlocked = false
        var looks = 0
        let end = run(session) {
            if case .blocked = workshop.runner.state { wasBlocked = true }
            // librdkafka asks twice a second.
            if try workshop.next(&redis) == 1 { looks += 1 }
            return looks == 30
        }
        #expect(end == .done && !wasBlocked, "\(workshop.log)")
    }

    @Test func `an end that nobody can read to is not waited for`() throws {
        let workshop = try Workshop()
        try workshop.send(key: "k", value: "{\"n\":1}")
        try workshop.flush()
        workshop.fail(.joinGroup, with: Array(repeating: .groupAuthorization, count: 1_000))
        let session = session(workshop.member())
        try session.start()
        guard case .failed(let error) = session.run(untilEnd: true, signals: nil) else {
            Issue.record("it ended well")
            return
        }
        #expect(error.code == .halted && error.message.contains("lacks the right READ"), "\(error)")
    }

    @Test func `what may pass by itself is said, and waited for`() throws {
        let workshop = try Workshop()
        var redis = try workshop.connection()
        try workshop.send(key: "k", value: "{\"n\":1}")
        try workshop.flush()
        workshop.fail(.joinGroup, with: [.groupMaxSizeReached])
        let runner = workshop.member()
        let session = session(runner)
        try session.start()
        var wasBlocked = false
        let end = run(session) {
            if case .blocked = runner.state { wasBlocked = true }
            return try workshop.next(&redis) == 1
        }
        #expect(end == .done && !wasBlocked)
        #expect(workshop.log.contains("GROUP_MAX_SIZE_REACHED"), "\(workshop.log)")
    }

    @Test func `a right to READ that was taken away is named, and read with when it is given back`() throws {
        let workshop = try Workshop()
        var redis = try workshop.connection()
        let session = session(workshop.runner)
        try session.start()
        try workshop.send(key: "k", value: "{\"n\":1}")
        try workshop.flush()
        try workshop.waitUntilDone()
        workshop.fail(.fetch, with: Array(repeating: .topicAuthorization, count: 3))
        var said = ""
        let end = run(session) {
            let note = try workshop.note(&redis)
            if note.hasPrefix("refused "), said.isEmpty {
                said = note
                try workshop.send(key: "k", value: "{\"n\":1}")
                try workshop.flush()
            }
            return try !said.isEmpty && workshop.next(&redis) == 2 && workshop.note(&redis) == "projecting"
        }
        #expect(end == .done)
        #expect(said.contains("lacks the right READ on topic t"), "\(said)")
        #expect(workshop.log.contains("lacks the right READ on topic t"), "\(workshop.log)")
    }

    @Test func `a group that gives no partitions for long is said to wait for its former members, once`() throws {
        // The embedded group lets its members wait for 3 s.
        let workshop = try Workshop { $0.joinPatience = 1_000 }
        let runner = workshop.member()
        let session = session(runner)
        try session.start()
        let end = run(session) { workshop.log.contains("partitions assigned") || workshop.log.contains("started(") }
        #expect(end == .done)
        let lines = workshop.log.split(separator: "\n").filter { $0.contains("waits for its former members") }
        #expect(lines.count == 1, "\(workshop.log)")
    }

    @Test func `a dead letter that its headers make too large is parked, and said`() throws {
        let workshop = try Workshop(plan: World.plan(onError: "{ dead-letter: d }"))
        try workshop.createTopic("d")
        var redis = try workshop.connection()
        let session = session(workshop.runner)
        try session.start()
        try workshop.send(key: "k", value: "{\"n\":1}")
        // As large as a record may be by default, all but a few bytes.
        try workshop.send(key: "k", value: "[\"" + String(repeating: "x", count: 999_880) + "\"]")
        try workshop.send(key: "other", value: "{\"n\":1}")
        try workshop.flush()
        let end = run(session) { try workshop.next(&redis) == 3 }
        #expect(end == .done)
        let index = workshop.keys.parkedIndex("t", 0)
        #expect(try redis.command("ZRANGE", index, "0", "-1").elements?.map(\.text) == ["1:k"])
        let record = try redis.command("HGET", workshop.keys.parked("t", 0), "1").bytes.flatMap {
            ParkedRecord(bytes: $0)
        }
        #expect(
            record?.reason.contains("the dead-letter topic cannot take it: topic d: ") == true,
            "\(record?.reason ?? "none")")
        #expect(try redis.command("HGET", "row:0:other", "count").text == "1")
    }

    @Test func `a dead-letter producer that can do nothing more is replaced`() throws {
        let workshop = try Workshop(plan: World.plan(onError: "{ dead-letter: d }"))
        try workshop.createTopic("d")
        var redis = try workshop.connection()
        // The test's own producer has its number by then.
        try workshop.send(key: "k", value: "{\"n\":1}")
        try workshop.send(key: "k", value: "[]")
        try workshop.flush()
        // An idempotent producer that may not have its number is dead.
        workshop.fail(.initializeProducer, with: [.clusterAuthorization])
        let session = session(workshop.runner)
        try session.start()
        let end = run(session) { try workshop.next(&redis) == 2 }
        #expect(end == .done)
        #expect(workshop.log.contains("was not delivered to d"), "\(workshop.log)")
    }

    @Test func `an end that is waited for stops at a partition that nobody reads, and names it`() throws {
        let workshop = try Workshop()
        try workshop.send(key: "k", value: "{\"n\":1}")
        try workshop.flush()
        let session = session(workshop.reading([7]))
        session.standstillPatience = 1
        try session.start()
        guard case .failed(let error) = session.run(untilEnd: true, signals: nil) else {
            Issue.record("it ended well")
            return
        }
        #expect(error.code == .failed)
        #expect(error.message.contains("t-0 stands at offset 0, its end is 1"), "\(error)")
        #expect(error.message.contains("this worker reads only the partitions 7"), "\(error)")
    }

    @Test func `an end that is waited for stops at a partition that halted at another worker`() throws {
        let workshop = try Workshop(plan: World.plan(onError: "halt"))
        var redis = try workshop.connection()
        // A note of a halt that is over is not believed.
        let owner = workshop.member()
        try owner.start()
        defer {
            owner.stop()
            _ = workshop.eventually { owner.hasEnded }
        }
        try workshop.send(key: "k", value: "{\"n\":1}")
        try workshop.send(key: "k", value: "[]")
        try workshop.flush()
        let isHalted = try workshop.eventually { try workshop.note(&redis).hasPrefix("halted ") }
        try #require(isHalted, "\(workshop.log)")
        let other = workshop.member()
        let session = session(other)
        try session.start()
        #expect(session.run(untilEnd: true, signals: nil) == .halted)
    }
}
