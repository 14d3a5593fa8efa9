import Projections
import Records
import Redis
import RedisServer
import Testing

@testable import Worker

/// The rate that is kept beside a build, as the processes that fold it read it.
@Suite struct `The pace of a build` {
    private let stage: BuildStage
    private let keys = KeySpace(projection: "p")

    init() throws { stage = try BuildStage() }

    /// A live generation at offset 100 of its first partition, and a build at its beginning.
    private func build(_ redis: inout RedisConnection) throws -> (unit: BuildUnit, build: Build) {
        try stage.makeLive(&redis)
        try place(at: 100, &redis)
        let unit = try stage.unit()
        return (unit, try unit.create(in: nil, &redis))
    }

    private func place(at next: Int64, _ redis: inout RedisConnection) throws {
        let checkpoint = Checkpoint(next: next, confirmed: next, writer: "w")
        try redis.command("SET", keys.checkpoint("t", 0), String(decoding: checkpoint.text, as: UTF8.self))
    }

    /// What a process that begins now sees.
    private func rate(_ build: Build, _ redis: borrowing RedisConnection) -> Int? {
        var pace = BuildPace()
        let isKnown = pace.look("p", home: 0, redis.options.selecting(build.database))
        #expect(isKnown)
        return pace.rate
    }

    @Test func `is as set, also for one that resumes, until it is taken back`() throws {
        var redis = try stage.connection()
        let (unit, build) = try build(&redis)
        #expect(rate(build, redis) == nil)
        #expect(try unit.setRate(500, of: build, &redis))
        #expect(rate(build, redis) == 500)
        #expect(try unit.setRate(20, of: build, &redis))
        #expect(rate(build, redis) == 20)
        #expect(try unit.setRate(nil, of: build, &redis))
        #expect(rate(build, redis) == nil)
    }

    @Test func `is not set for another generation that is there by now`() throws {
        var redis = try stage.connection()
        let (unit, build) = try build(&redis)
        try redis.command("SWAPDB", "0", "\(build.database)")
        #expect(try !unit.setRate(500, of: build, &redis))
        #expect(rate(build, redis) == nil)
    }

    @Test func `holds for a build, and not for what was live before`() throws {
        var redis = try stage.connection()
        let (unit, build) = try build(&redis)
        #expect(try unit.setRate(500, of: build, &redis))
        var other = try stage.connection(build.database)
        try other.command("HSET", keys.about, About.liveUntil, "7")
        #expect(rate(build, redis) == nil)
    }

    @Test func `nothing may be folded while Redis has not said it`() throws {
        var options = try stage.connection().options
        options.address = try RedisAddress("unix:///nowhere/redis.sock")
        var pace = BuildPace()
        let isKnown = pace.look("p", home: 0, options)
        #expect(!isKnown)
    }

    @Test func `the partitions behind live are counted over all projections, up to where a build stops`() throws {
        var redis = try stage.connection()
        let (_, build) = try build(&redis)
        var other = try stage.connection(build.database)
        // Of two partitions only the first one has events.
        #expect(try BuildBacklog.count(home: 0, &other) == 1)
        try other.command("HSET", keys.about, About.until, "t:0:40")
        try place(at: 40, &other)
        #expect(try BuildBacklog.count(home: 0, &other) == 0)
        try other.command("HDEL", keys.about, About.until)
        #expect(try BuildBacklog.count(home: 0, &other) == 1)
        try place(at: 100, &other)
        #expect(try BuildBacklog.count(home: 0, &other) == 0)
    }
}
