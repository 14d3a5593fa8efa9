import Projections
import Records
import Redis
import RedisServer
import Testing

@testable import Worker

/// A build is made in a spare database, and nothing of the live one changes.
@Suite struct `A build` {
    private let stage: BuildStage
    private let keys = KeySpace(projection: "p")

    init() throws { stage = try BuildStage() }

    @Test func `takes the highest empty database, and leaves what is live as it is`() throws {
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        let before = try stage.stage.everything(&redis)
        let build = try stage.unit().create(in: nil, &redis)
        #expect(build.database == 15)
        #expect(try stage.stage.everything(&redis) == before)
        var other = try stage.connection(15)
        let record = try #require(try stage.record(&other))
        #expect(build.records == [record])
        #expect(record.number == 2 && record.state == .open)
        #expect(try stage.record(&redis)?.identifier != record.identifier)
        let about = try other.command("HMGET", keys.about, About.definition, About.builtBy).elements?.map(\.text)
        #expect(about == ["{version: 1}", "a test"])
        #expect(try other.command("HGETALL", KeySpace.claims).elements?.compactMap(\.text) == ["p v", "plain|new:{}"])
    }

    @Test func `inherits the operator's decisions, and neither parked events nor requests nor damage`() throws {
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        let build = try stage.unit().create(in: nil, &redis)
        var other = try stage.connection(build.database)
        #expect(try other.command("HGET", keys.ledger, "t:0:3").text == "record=0000000000000001 skip")
        #expect(try other.command("EXISTS", keys.parked("t", 0), keys.requests, keys.damage).integer == 0)
        let checkpoint = try other.command("GET", keys.checkpoint("t", 0)).bytes
        #expect(checkpoint.flatMap { Checkpoint(text: $0) }?.next == 0)
    }

    @Test func `inherits how its topics grew: new partitions wait until the old ones have passed the growth`() throws {
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        try redis.command("HSET", keys.growth, "t", "2", "t:ends-before-1", "5", "t:added-1", "yes")
        let unit = try stage.unit()
        let build = try unit.create(in: nil, &redis)
        var other = try stage.connection(build.database)
        let growth = try other.command("HGETALL", keys.growth).elements?.compactMap(\.text)
        #expect(growth == ["t", "2", "t:ends-before-1", "5"])
        #expect(try other.command("EXISTS", keys.checkpoint("t", 1)).integer == 0)
        func resolve() throws -> MissingCheckpoint {
            try unit.keepers[0].resolveMissing(
                topic: "t", partition: 1, text: build.records[0].text,
                log: .init(partitionCount: { 2 }, ends: { _ in [10, 0] }), &other)
        }
        #expect(try resolve() == .wait)
        let passed = Checkpoint(next: 5, confirmed: 5, writer: "w")
        try other.command("SET", keys.checkpoint("t", 0), String(decoding: passed.text, as: UTF8.self))
        #expect(try resolve() == .created)
    }

    @Test func `a topic that was made again passes on nothing of how the old one grew`() throws {
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        try redis.command("HSET", keys.growth, "t", "2", "t:ends-before-1", "5")
        try redis.command("HSET", keys.about, About.topicID("t"), "old")
        var keeper = Stage.keeper(
            try Stage.plan(key: "new:{@key}"), facts: { $0.topicIDs = ["t": "new"] })
        keeper.acceptsCluster = true
        let unit = BuildUnit(keepers: [keeper], home: 0, spare: nil)
        var other = try stage.connection(try unit.create(in: nil, &redis).database)
        #expect(try other.command("HGETALL", keys.growth).elements?.compactMap(\.text) == ["t", "2"])
        #expect(try other.command("EXISTS", keys.checkpoint("t", 1)).integer == 1)
    }

    @Test func `two builders never take the same database`() throws {
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        let (first, second) = (try stage.unit(), try stage.unit(key: "other:{@key}"))
        let builds = [try first.create(in: nil, &redis), try second.create(in: nil, &redis)]
        #expect(builds.map(\.database) == [15, 14])
        #expect(builds.map { $0.records[0].number } == [2, 3])
        #expect(try first.existing(&redis) == builds[0])
        #expect(try second.existing(&redis) == builds[1])
        #expect(try stage.unit(key: "third:{@key}").existing(&redis) == nil)
    }

    @Test func `a database that fills between the look and the transaction is not taken`() throws {
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        var other = try stage.connection(15)
        // Another file's projection, whose record key nobody here watches.
        try stage.stage.build("q", key: "q:{@key}", rows: [], &other)
        #expect(try stage.unit().create(in: nil, &redis).database == 14)
        let refused = try stage.refusal { _ = try stage.unit().create(in: 15, &redis) }
        #expect(refused?.message.contains("database 15 is not empty") == true)
    }

    @Test func `only the named spare databases are taken, the first first`() throws {
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        let unit = try stage.unit(spare: [7, 3])
        #expect(try unit.create(in: nil, &redis).database == 7)
        #expect(try unit.create(in: nil, &redis).database == 3)
        let refused = try stage.refusal { _ = try unit.create(in: nil, &redis) }
        #expect(refused?.code == .refused)
        #expect(refused?.message.contains("no database of `spare` (7, 3) is empty") == true)
    }

    @Test func `a worker of the build's definition folds it, and one of another idles`() throws {
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        let unit = try stage.unit()
        let build = try unit.create(in: nil, &redis)
        var keeper = unit.keepers[0]
        keeper.finder = unit.finder
        let place = GenerationPlace(database: 15, record: build.records[0])
        #expect(try keeper.establish(&redis) == .build(place))
        var third = try stage.unit(key: "third:{@key}").keepers[0]
        third.finder = unit.finder
        guard case .idle(let why) = try third.establish(&redis) else {
            Issue.record("a worker of a third definition does not idle")
            return
        }
        #expect(why.contains("lantern rebuild"))
        // A swap makes it the live one, under the same names.
        try redis.command("SWAPDB", "0", "15")
        let identifier = build.records[0].identifier
        #expect(
            try keeper.establish(&redis) == .write(number: 2, text: build.records[0].text, identifier: identifier))
    }

    @Test func `a removed build leaves nothing, also where the removal was interrupted`() throws {
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        let unit = try stage.unit()
        let build = try unit.create(in: nil, &redis)
        var other = try stage.connection(build.database)
        try other.command("HSET", "new:1", "n", "1")
        var killed = try GenerationDriver("p", goal: .nothing, &other)
        try killed.advance(&other)
        let before = try stage.stage.everything(&redis)
        #expect(try unit.abort(&redis).map(\.record.identifier) == build.records.map(\.identifier))
        #expect(try other.command("DBSIZE").integer == 0)
        #expect(try stage.stage.everything(&redis) == before)
        #expect(try unit.abort(&redis).isEmpty)
    }

    @Test func `what was live before is not removed as a build`() throws {
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        let old = try stage.unit(key: "p:{@key}")
        _ = try stage.unit().create(in: nil, &redis)
        try redis.command("SWAPDB", "0", "15")
        #expect(try old.abort(&redis).isEmpty)
        var previous = try stage.connection(15)
        #expect(try stage.record(&previous)?.number == 1)
    }

    @Test func `its reader follows it through a promotion and a rollback, and says when it is gone`() throws {
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        let unit = try stage.unit()
        let build = try unit.create(in: nil, &redis)
        let live = Checkpoint(next: 7, confirmed: 7, writer: "w")
        try redis.command("SET", keys.checkpoint("t", 0), String(decoding: live.text, as: UTF8.self))
        var reader = BuildReader(unit, build, redis: redis.options)
        guard case .beside(let progress) = try reader.read() else {
            Issue.record("it does not see the build")
            return
        }
        #expect(progress.remaining == 7 && progress.reached == 0)
        try redis.command("SWAPDB", "0", "15")
        #expect(try reader.read() == .promoted)
        try redis.command("SWAPDB", "0", "12")
        guard case .beside = try reader.read() else {
            Issue.record("it does not find the build in another database")
            return
        }
        #expect(reader.build.database == 12)
        var other = try stage.connection(12)
        try other.command("DEL", keys.generation)
        #expect(try reader.read() == .gone)
    }
}
