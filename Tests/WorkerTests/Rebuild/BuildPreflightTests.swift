import Projections
import Records
import Redis
import RedisServer
import Testing

@testable import Worker

/// What would keep a build from being promoted is said before anything is built.
@Suite struct `Before a build` {
    private func expectRefused(
        _ stage: BuildStage, _ unit: BuildUnit, _ code: WorkerError.Code, _ words: String,
        as user: RedisOptions? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var redis = try user.map { try RedisConnection.open($0) } ?? stage.connection()
        let refused = try stage.refusal { try unit.check(database: nil, &redis) }
        #expect(refused?.code == code, sourceLocation: sourceLocation)
        #expect(refused?.message.contains(words) == true, "\(refused as Any)", sourceLocation: sourceLocation)
        for database in 1..<(try unit.finder.sizes(&redis).count) {
            var other = try stage.connection(database)
            #expect(try other.command("DBSIZE").integer == 0, sourceLocation: sourceLocation)
        }
    }

    @Test func `all is well where nothing is in the way`() throws {
        let stage = try BuildStage()
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        try stage.unit().check(database: nil, &redis)
        #expect(
            try stage.refusal { try stage.unit().check(database: 0, &redis) }?.message.contains("live views") == true)
        #expect(
            try stage.refusal { try stage.unit().check(database: 99, &redis) }?.message.contains("no database 99")
                == true)
    }

    @Test func `a projection that is not live has nothing to build beside`() throws {
        let stage = try BuildStage()
        try expectRefused(stage, try stage.unit(), .failed, "`lantern run` makes the first one")
    }

    @Test func `one database alone is too few`() throws {
        let stage = try BuildStage(options: ["--databases", "1"])
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        try expectRefused(stage, try stage.unit(), .refused, "has no second database")
    }

    @Test func `a user who may not SWAPDB or SELECT is told so`() throws {
        let stage = try BuildStage()
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        for (command, words) in [("swapdb", "refuses SWAPDB"), ("select", "may not SELECT")] {
            try redis.command("ACL", "SETUSER", "u", "reset", "on", "nopass", "~*", "+@all", "-\(command)")
            var options = redis.options
            options.user = "u"
            try expectRefused(stage, try stage.unit(), .refused, words, as: options)
        }
    }

    @Test func `another application's key and another file's projection are named`() throws {
        let stage = try BuildStage()
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        try redis.command("SET", "session:1", "x")
        try expectRefused(stage, try stage.unit(), .failed, "also holds session:1")
        try redis.command("DEL", "session:1")
        try stage.stage.build("q", key: "q:{@key}", rows: [], &redis)
        try expectRefused(stage, try stage.unit(), .failed, "also holds projection q")
    }

    @Test func `a log that has lost its beginning is no source of a whole build`() throws {
        let stage = try BuildStage()
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        try expectRefused(stage, try stage.unit(low: 7), .refused, "t-0 begins at offset 7")
    }

    @Test func `too little memory for both sides is seen beforehand`() throws {
        let stage = try BuildStage()
        var redis = try stage.connection()
        try stage.makeLive(&redis)
        for row in 0..<2_000 { try redis.command("HSET", "p:\(row)", "n", String(repeating: "x", count: 1_000)) }
        try redis.command("CONFIG", "SET", "maxmemory", "4000000")
        try expectRefused(stage, try stage.unit(), .refused, "too little memory")
        // One that is full already refuses SWAPDB, too, but no right is missing.
        try redis.command("CONFIG", "SET", "maxmemory", "1000000")
        try expectRefused(stage, try stage.unit(), .refused, "too little memory")
    }
}
