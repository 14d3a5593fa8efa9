import Kafka
import Logging
import Projections
import Records
import Redis
import System
import Testing

@testable import Worker

/// Projections that may not or cannot run, beside others that do: two runners on real Redis and the embedded cluster.
@Suite struct `Standing by` {
    private let workshop: Workshop
    private let facts = LogFacts(clusterID: nil, topics: [.init(name: "t", partitions: [(0, 0)], isCompacted: false)])

    init() throws { workshop = try Workshop() }

    private func session(_ runners: [ProjectionRunner]) -> WorkerSession {
        WorkerSession(runners, redis: runners[0].settings.redis, log: Log(Device(2, environment: [:])))
    }

    private func keeper(_ fingerprint: String) -> GenerationKeeper {
        GenerationKeeper(plan: workshop.runner.settings.plan, fingerprint: fingerprint, facts: facts)
    }

    @Test func `a generation that is dropped is idled for, and the next one is begun with`() throws {
        var redis = try workshop.connection()
        let other = try workshop.another("q")
        let session = session([workshop.runner, other])
        try session.start()
        var driver: GenerationDriver?
        var hasIdled = false
        let end = run(session) {
            if driver == nil {
                guard case .running(1, _) = workshop.runner.state else { return false }
                driver = try GenerationDriver("p", goal: .next(keeper("f")), &redis)
                try driver?.advance(&redis)
            } else if !hasIdled {
                guard case .idle(let why) = workshop.runner.state else { return false }
                #expect(why.contains("generation 1 is being dropped"))
                guard case .running(1, _) = other.state else {
                    Issue.record("the other projection does not run: \(other.state)")
                    return true
                }
                hasIdled = true
                try driver?.run(&redis)
            }
            if case .running(2, _) = workshop.runner.state { return true }
            return false
        }
        #expect(end == .done)
        #expect(hasIdled)
    }

    @Test func `a definition that differs idles, and begins when it becomes equal`() throws {
        var redis = try workshop.connection()
        _ = try keeper("another").establish(&redis)
        let session = session([workshop.runner])
        try session.start()
        guard case .idle = workshop.runner.state else {
            Issue.record("it does not idle: \(workshop.runner.state)")
            return
        }
        var isEqual = false
        let end = run(session) {
            if !isEqual { _ = try keeper("f").startFresh(&redis) }
            isEqual = true
            if case .running(2, _) = workshop.runner.state { return true }
            return false
        }
        #expect(end == .done)
    }

    @Test func `an idle projection reaches no end, and says why`() throws {
        var redis = try workshop.connection()
        var driver = try GenerationDriver("p", goal: .next(keeper("f")), &redis)
        try driver.run(&redis)
        driver = try GenerationDriver("p", goal: .next(keeper("f")), &redis)
        try driver.advance(&redis)
        let session = session([workshop.runner])
        try session.start()
        guard case .failed(let error) = session.run(untilEnd: true, signals: nil) else {
            Issue.record("it ended well")
            return
        }
        #expect(error.code == .refused && error.message.contains("is being dropped"))
    }

    @Test func `one that cannot start is named at the end, and the others run`() throws {
        var redis = try workshop.connection()
        try redis.command("SET", "q:1", "another application's")
        let other = try workshop.another("q")
        let session = session([other, workshop.runner])
        try session.start()
        try workshop.send(key: "k", value: "{\"n\":1}")
        try workshop.flush()
        let end = session.run(untilEnd: true, signals: nil)
        guard case .failed(let error) = end else {
            Issue.record("it ended well")
            return
        }
        #expect(error.code == .refused && error.message.contains("projection q, view v: Redis already holds q:1"))
        guard case .ended(.stopped) = workshop.runner.state else {
            Issue.record("the other one did not run: \(workshop.runner.state)")
            return
        }
    }

    @Test func `one that cannot start is tried again, and runs once it can`() throws {
        var redis = try workshop.connection()
        try redis.command("SET", "q:1", "another application's")
        let other = try workshop.another("q")
        let session = session([other, workshop.runner])
        try session.start()
        try redis.command("DEL", "q:1")
        let end = run(session) { if case .running = other.state { true } else { false } }
        #expect(end == .done)
    }

    @Test func `a worker whose generation is lost while its rows are there idles, and says so at the end`()
        throws
    {
        var redis = try workshop.connection()
        try workshop.send(key: "k", value: "{\"n\":1}")
        try workshop.flush()
        let session = session([workshop.runner])
        try session.start()
        try workshop.waitUntilDone()
        try redis.command("DEL", workshop.keys.generation)
        try workshop.send(key: "k", value: "{\"n\":1}")
        try workshop.flush()
        var looks = 0
        let end = run(session) {
            guard case .blocked = workshop.runner.state else { return false }
            looks += 1
            return looks == 20
        }
        guard case .failed(let error) = end else {
            Issue.record("it ended well")
            return
        }
        #expect(error.code == .halted && error.message.contains("some of Redis's data was lost"))
        #expect(try redis.command("EXISTS", workshop.keys.generation).integer == 0)
    }

    @Test func `a lane that dies while another lives ends the process, and is named`() throws {
        let runner = workshop.twoMembers()
        let session = session([runner])
        try session.start()
        var isFenced = false
        let end = run(session) {
            let hasPartition = runner.snapshots.contains { !$0.partitions.isEmpty }
            if hasPartition, !isFenced { workshop.fenceOneMember() }
            isFenced = isFenced || hasPartition
            return false
        }
        guard case .failed(let error) = end else {
            Issue.record("it ended well")
            return
        }
        #expect(error.code == .failed && error.message.contains("projection p: "), "\(error)")
        #expect(workshop.log.contains("a lane failed: "), "\(workshop.log)")
        #expect(runner.outcomes.count == 2)
    }
}
