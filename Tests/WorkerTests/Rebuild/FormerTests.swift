import Logging
import Projections
import Records
import Redis
import RedisServer
import Synchronization
import System
import Testing

@testable import Worker

/// What was live before: kept for the way back, dropped when its time is over or a build needs the room.
@Suite struct `A former generation` {
    private let stage: BuildStage
    private let keys = KeySpace(projection: "p")

    init() throws { stage = try BuildStage() }

    /// Generation 2 live, generation 1 with a row in database 15; it ceased to be live so long ago.
    private func promoted(secondsAgo: Int64, _ redis: inout RedisConnection) throws -> BuildUnit {
        try stage.makeLive(&redis)
        let unit = try stage.unit()
        _ = try unit.create(in: nil, &redis)
        try redis.command("SWAPDB", "0", "15")
        try cease(in: 15, secondsAgo: secondsAgo, &redis)
        return unit
    }

    private func cease(in database: Int, secondsAgo: Int64, _ redis: inout RedisConnection) throws {
        let now = try redis.command("TIME").elements?.first?.text.flatMap { Int64($0) } ?? 0
        var other = try stage.connection(database)
        try other.command("HSET", keys.about, About.liveUntil, "\((now - secondsAgo) * 1_000)")
    }

    private func settings(_ redis: borrowing RedisConnection) throws -> ProjectionSettings {
        var worker = WorkerSettings()
        worker.keepPreviousMilliseconds = 60_000
        return ProjectionSettings(
            plan: try Stage.plan(key: "new:{@key}"), fingerprint: "f", kafka: [], redis: redis.options, worker: worker)
    }

    private func due(_ redis: inout RedisConnection) throws -> [Int] {
        var drop = FormerDrop()
        return try drop.due(["p"], settings(redis), &redis, now: 0).map(\.record.number)
    }

    @Test func `is due once its time is over, and neither a build nor what is live ever is`() throws {
        var redis = try stage.connection()
        _ = try promoted(secondsAgo: 30, &redis)
        #expect(try due(&redis) == [])
        try cease(in: 15, secondsAgo: 61, &redis)
        #expect(try due(&redis) == [1])
        // Somebody went back to it: the other one is the former one now.
        try redis.command("SWAPDB", "0", "15")
        #expect(try due(&redis) == [])
        try cease(in: 15, secondsAgo: 61, &redis)
        #expect(try due(&redis) == [2])
        // And somebody goes on building that one.
        let unit = try stage.unit()
        let build = try #require(try unit.existing(&redis))
        #expect(try unit.isFormer(build, &redis))
        try unit.resume(build, &redis)
        #expect(try due(&redis) == [] && !unit.isFormer(build, &redis))
    }

    @Test func `is dropped whole by exactly one of several workers, with one line in the history`() throws {
        var redis = try stage.connection()
        _ = try promoted(secondsAgo: 61, &redis)
        var other = try stage.connection(15)
        for row in 0..<3_000 { try other.command("HSET", "p:\(row)", "n", "1") }
        var finder = FormerDrop()
        let former = try finder.due(["p"], settings(redis), &redis, now: 0)
        let live = try stage.stage.everything(&redis)
        let deleted = Mutex<[String]>([])
        let log = Log(Device(2, environment: [:]), level: .error)
        let jobs = try (0..<4).map { _ in
            FormerDropJob(former, try settings(redis), log) { groups in
                deleted.withLock { $0 += groups.map(\.name) }
                return groups.map { _ in .deleted }
            }
        }
        for job in jobs { try job.start() }
        while !jobs.allSatisfy(\.isDone) { Pause.milliseconds(5) }
        #expect(try other.command("DBSIZE").integer == 0)
        #expect(deleted.withLock { $0 } == ["lantern-p-1-\(former[0].record.identifier)"])
        let history = try HistoryEntry.newest(9, &redis)
        #expect(history.map(\.result) == ["dropped p 1 in database 15, 3000 rows"])
        try redis.command("DEL", KeySpace.history)
        #expect(try stage.stage.everything(&redis) == live)
    }

    @Test func `a dropping that was interrupted is taken over once it makes no progress, and not before`() throws {
        var redis = try stage.connection()
        _ = try promoted(secondsAgo: 61, &redis)
        var other = try stage.connection(15)
        var killed = try GenerationDriver("p", goal: .nothing, &other)
        try killed.advance(&other)
        var drop = FormerDrop()
        let settings = try settings(redis)
        var early = try drop.due(["p"], settings, &redis, now: 0)
        early += try drop.due(["p"], settings, &redis, now: FormerDrop.patience - 1)
        // The other one goes on.
        try other.command("DEL", "p:1")
        early += try drop.due(["p"], settings, &redis, now: FormerDrop.patience)
        #expect(early.isEmpty)
        let left = try drop.due(["p"], settings, &redis, now: 2 * FormerDrop.patience)
        #expect(left.map(\.record.state) == [.dropping])
        let job = FormerDropJob(left, settings, Log(Device(2, environment: [:]), level: .error)) {
            $0.map { _ in .absent }
        }
        #expect(job.run() == left)
        #expect(try other.command("DBSIZE").integer == 0)
    }

    @Test func `what has become live again a moment ago is not dropped`() throws {
        var redis = try stage.connection()
        _ = try promoted(secondsAgo: 61, &redis)
        var finder = FormerDrop()
        let settings = try settings(redis)
        let former = try finder.due(["p"], settings, &redis, now: 0)
        try redis.command("SWAPDB", "0", "15")
        let before = try stage.stage.everything(&redis)
        let job = FormerDropJob(former, settings, Log(Device(2, environment: [:]), level: .error)) {
            $0.map { _ in .absent }
        }
        #expect(job.run().isEmpty)
        #expect(try stage.stage.everything(&redis) == before)
        #expect(try HistoryEntry.newest(9, &redis).isEmpty)
    }

    @Test func `yields to a build that finds no empty database, the one that was live the longest ago first`() throws {
        var redis = try stage.connection()
        _ = try promoted(secondsAgo: 5, &redis)
        let third = try stage.unit(key: "third:{@key}")
        #expect(try third.replaceable(&redis).isEmpty)
        // Another former one, and something in every other database.
        _ = try stage.unit(key: "older:{@key}").create(in: 9, &redis)
        try cease(in: 9, secondsAgo: 50, &redis)
        for database in 1..<15 where database != 9 {
            var other = try stage.connection(database)
            try other.command("SET", "mine", "x")
        }
        #expect(throws: WorkerError.self) { try third.check(database: nil, &redis) }
        try third.check(database: nil, mayReplace: true, &redis)
        #expect(try third.replaceable(&redis).map(\.database) == [9])
        // A key that is nobody's stays: so that database is no room.
        var ninth = try stage.connection(9)
        try ninth.command("SET", "mine", "x")
        #expect(try third.replaceable(&redis).map(\.database) == [15])
        try ninth.command("DEL", "mine")
        #expect(try third.makeRoom(&redis).map(\.name) == ["p 3 in database 9"])
        #expect(try third.create(in: nil, &redis).database == 9)
    }
}
