import Projections
import Records
import Redis
import RedisServer
import Testing

@testable import Worker

/// `run --fresh`: it refuses before it removes anything, and removes only what the claims own.
@Suite struct `A fresh generation` {
    private let stage: Stage

    init() throws { stage = try Stage() }

    /// Runs `--fresh`, which must be refused in these words and leave Redis as it is.
    private func expectRefused(
        _ keeper: GenerationKeeper, code: WorkerError.Code = .refused, saying words: String,
        _ redis: inout RedisConnection, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = try stage.everything(&redis)
        do {
            let standing = try keeper.startFresh(&redis)
            Issue.record("it was not refused: \(standing)", sourceLocation: sourceLocation)
        } catch let error as WorkerError {
            #expect(error.code == code && error.message.contains(words), "\(error)", sourceLocation: sourceLocation)
        }
        let after = try stage.everything(&redis)
        let lost = Set(before.keys).subtracting(after.keys)
        #expect(lost.isEmpty, "it removed \(lost.sorted())", sourceLocation: sourceLocation)
        #expect(after == before, sourceLocation: sourceLocation)
    }

    @Test func `a template edited to collide with another projection's is refused before anything is removed`() throws {
        var redis = try stage.connection()
        try stage.build("a", key: "a:{@key}", rows: ["a:1", "a:2"], &redis)
        try stage.build("p", key: "p:{@key}", rows: ["p:1"], &redis)
        let edited = Stage.keeper(try Stage.plan("p", key: "a:{@key}"))
        try expectRefused(edited, saying: "view v of projection a", &redis)
    }

    @Test func `a log whose beginning is gone is refused before anything is removed, unless that is allowed`() throws {
        var redis = try stage.connection()
        let plan = try stage.build(key: "p:{@key}", rows: ["p:1"], &redis).plan
        var keeper = Stage.keeper(plan, low: 7)
        try expectRefused(keeper, saying: "t-0 begins at offset 7", &redis)
        keeper.allowsPartial = true
        guard case .write(let number, _, _) = try keeper.startFresh(&redis) else {
            Issue.record("it does not write the fresh generation")
            return
        }
        #expect(number == 2)
        #expect(try redis.command("EXISTS", "p:1").integer == 0)
        #expect(try redis.command("GET", keeper.keys.checkpoint("t", 0)).text?.hasPrefix("next=7 ") == true)
    }

    @Test func `another Kafka cluster is refused before anything is removed, unless it is accepted`() throws {
        var redis = try stage.connection()
        let plan = try stage.build(key: "p:{@key}", rows: ["p:1"], &redis).plan
        var keeper = Stage.keeper(plan, cluster: "second")
        try expectRefused(keeper, saying: "Kafka cluster first, but this is cluster second", &redis)
        keeper.acceptsCluster = true
        guard case .write = try keeper.startFresh(&redis) else {
            Issue.record("it does not write the fresh generation")
            return
        }
        #expect(try redis.command("HGET", keeper.keys.about, "cluster").text == "second")
    }

    @Test func `rows that no claim of the projection covers are refused, not removed by the edited template`() throws {
        var redis = try stage.connection()
        try stage.build(key: "p:{@key}", rows: ["p:1"], &redis)
        try redis.command("SET", "q:1", "another application's")
        let edited = Stage.keeper(try Stage.plan(key: "q:{@key}"))
        try expectRefused(edited, saying: "Redis already holds q:1", &redis)
        // Without a generation of its own there are no claims, and so nothing to remove.
        let other = Stage.keeper(try Stage.plan("other", key: "q:{@key}"))
        try expectRefused(other, saying: "Redis already holds q:1", &redis)
    }

    @Test func `the old template's rows go, also where several placeholders make the key`() throws {
        var redis = try stage.connection()
        try stage.build(key: "p:{@key}:{k}", rows: ["p:1:2", "p:3:3"], &redis)
        let keeper = Stage.keeper(try Stage.plan(key: "new:{@key}"))
        guard case .write(let number, let text, _) = try keeper.startFresh(&redis) else {
            Issue.record("it does not write the fresh generation")
            return
        }
        #expect(number == 2)
        #expect(try redis.command("GET", keeper.keys.generation).text == text)
        #expect(try stage.names("p:*", &redis).isEmpty)
        #expect(try redis.command("HGETALL", KeySpace.claims).elements?.compactMap(\.text) == ["p v", "plain|new:{}"])
    }

    @Test func `keys that match the claim's pattern but do not parse through its template stay`() throws {
        var redis = try stage.connection()
        let keeper = try stage.build(key: "p:{k}:{@key}:{k}", rows: ["p:a:b:a", "p:x%3Ay:1:x%3Ay"], &redis)
        let foreign: Set = ["p:", "p:a", "p:a:b", "p:a:b:c", "p:a:b:a:d", "p:a:b:a%", "p:A:b:a", "P:a:b:a"]
        for key in foreign { try redis.command("SET", key, "another application's") }
        guard case .write = try keeper.startFresh(&redis) else {
            Issue.record("it does not write the fresh generation")
            return
        }
        #expect(try stage.names("*", &redis).filter { !$0.hasPrefix("lantern:") } == foreign)
    }

    @Test func `rows that a claim of another projection could own are never removed`() throws {
        var redis = try stage.connection()
        let keeper = try stage.build(key: "p:{@key}", rows: ["p:1", "p:2", "p:mine:3"], &redis)
        // As a version of Lantern that knew no claims, or an operator, may have left it.
        try redis.command("HSET", KeySpace.claims, "b w", "plain|p:1")
        let moved = Stage.keeper(try Stage.plan(key: "new:{@key}"))
        guard case .write = try moved.startFresh(&redis) else {
            Issue.record("it does not write the fresh generation")
            return
        }
        #expect(try stage.names("p:*", &redis) == ["p:1", "p:mine:3"])
        #expect(keeper.plan != moved.plan)
    }

    @Test func `what is left of a projection whose record is lost goes, and the next one is another generation`() throws
    {
        var redis = try stage.connection()
        let keeper = try stage.build(key: "p:{@key}", rows: ["p:1"], &redis)
        let lost = try redis.command("GET", keeper.keys.generation).text
        try redis.command("DEL", keeper.keys.generation)
        #expect(throws: WorkerError.self) { try keeper.establish(&redis) }
        try redis.command("SET", keeper.keys.checkpoint("t", 7), "of the lost one")
        guard case .write(_, let text, let identifier) = try keeper.startFresh(&redis) else {
            Issue.record("it does not write the fresh generation")
            return
        }
        #expect(try redis.command("GET", keeper.keys.generation).text == text)
        #expect(lost.flatMap { GenerationRecord(text: $0) }?.identifier != identifier)
        #expect(try stage.names("lantern:p:checkpoint:*", &redis).count == 2)
        #expect(try redis.command("EXISTS", "p:1").integer == 0)
    }
}
