import Kafka
import Logging
import Projections
import Records
import Redis
import System
import Testing

@testable import Worker

/// `worker: { on-change: rebuild }`, on real Redis and the embedded cluster.
@Suite struct `On a change` {
    private let workshop: Workshop

    init() throws { workshop = try Workshop() }

    private func session(_ runners: [ProjectionRunner]) -> WorkerSession {
        WorkerSession(runners, redis: runners[0].settings.redis, log: Log(Device(2, environment: [:])))
    }

    /// Runs the session until that holds.
    private func run(_ session: WorkerSession, until condition: () throws -> Bool) throws -> Bool {
        var fault: (any Error)?
        var isReached = false
        var ticks = 0
        _ = session.run(untilEnd: false, signals: nil) { _ in
            ticks += 1
            do { isReached = try condition() } catch { fault = error }
            return !isReached && fault == nil && ticks < 3_000
        }
        if let fault { throw fault }
        return isReached
    }

    /// The live generation of `p` and `q` with one event.
    private func makeLive() throws -> [ProjectionRunner] {
        try workshop.send(key: "k", value: "{\"n\":1}")
        try workshop.flush()
        let runners = [workshop.runner, try workshop.another("q")]
        let session = session(runners)
        try session.start()
        var redis = try workshop.connection()
        let keys = KeySpace(projection: "q")
        #expect(
            try run(session) {
                let text = try redis.command("GET", keys.checkpoint("t", 0)).bytes
                let next = text.flatMap { Checkpoint(text: $0) }?.next
                return try next == 1 && workshop.next(&redis) == 1
            })
        return runners
    }

    @Test func `a worker whose file changed builds all of the database's projections, and what is live goes on`() throws
    {
        _ = try makeLive()
        let changed = workshop.changed(fingerprint: "g", version: 2)
        let session = session([changed, try workshop.another("q")])
        try session.start()
        var redis = try workshop.connection()
        var build = try workshop.connection(15)
        let other = KeySpace(projection: "q")
        let isBuilt = try run(session) {
            let text = try build.command("GET", other.checkpoint("t", 0)).bytes
            return try workshop.next(&build) == 1 && text.flatMap { Checkpoint(text: $0) }?.next == 1
        }
        #expect(isBuilt, "\(workshop.log)")
        // The lanes of a generation have their projectors from one place, and those of a build from one of the build.
        #expect(workshop.generations.map(\.projectors).allSatisfy { $0 == 1 })
        #expect(Set(workshop.generations.map(\.database)) == [0, 15])
        let live = try redis.command("GET", workshop.keys.generation).text.flatMap { GenerationRecord(text: $0) }
        #expect(live?.fingerprint == "f" && live?.number == 1)
    }

    @Test func `a worker that is started again goes on with all of the build`() throws {
        _ = try makeLive()
        func builder() throws -> WorkerSession {
            session([workshop.changed(fingerprint: "g", version: 2), try workshop.another("q")])
        }
        var build = try workshop.connection(15)
        let other = KeySpace(projection: "q")
        func isBuilt(_ count: Int64) throws -> Bool {
            let text = try build.command("GET", other.checkpoint("t", 0)).bytes
            return try workshop.next(&build) == count && text.flatMap { Checkpoint(text: $0) }?.next == count
        }
        let first = try builder()
        try first.start()
        #expect(try run(first) { try isBuilt(1) }, "\(workshop.log)")
        try workshop.send(key: "k", value: "{\"n\":2}")
        try workshop.flush()
        // What is live goes on with another worker.
        workshop.renew()
        let live = session([workshop.runner])
        try live.start()
        var redis = try workshop.connection()
        #expect(try run(live) { try workshop.next(&redis) == 2 })
        let second = try builder()
        try second.start()
        #expect(try run(second) { try isBuilt(2) }, "\(workshop.log)")
        #expect(try HistoryEntry.newest(9, &redis).count == 1)
    }

    @Test func `a worker with an older file builds nothing`() throws {
        _ = try makeLive()
        var redis = try workshop.connection()
        try redis.command("HSET", workshop.keys.about, About.version, "3")
        let changed = workshop.changed(fingerprint: "g", version: 2)
        let session = session([changed, try workshop.another("q")])
        try session.start()
        var looks = 0
        #expect(
            try run(session) {
                looks += 1
                return looks == 60
            })
        for database in 1..<16 {
            var other = try workshop.connection(database)
            #expect(try other.command("DBSIZE").integer == 0)
        }
    }

    @Test func `without it a worker waits`() throws {
        _ = try makeLive()
        let changed = workshop.changed(fingerprint: "g", version: 2, onChange: .wait)
        let session = session([changed])
        try session.start()
        var looks = 0
        #expect(
            try run(session) {
                looks += 1
                return looks == 30
            })
        guard case .idle(let why) = changed.state else {
            Issue.record("it does not idle: \(changed.state)")
            return
        }
        #expect(why.contains("lantern rebuild"))
    }
}
