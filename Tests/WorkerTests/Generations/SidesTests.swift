import Logging
import Projections
import Records
import Redis
import Synchronization
import System
import Testing

@testable import Worker

/// Claims, growth and about are compared by no transaction: who loses them would not notice by itself.
@Suite struct `What stands beside a generation` {
    private final class Said: Sendable {
        let words = Mutex<[String]>([])
        var all: String { words.withLock { $0.joined(separator: "\n") } }
    }

    private let stage: Stage
    private let said = Said()
    private let keys = KeySpace(projection: "p")

    init() throws { stage = try Stage() }

    private func keeper() throws -> GenerationKeeper {
        var keeper = Stage.keeper(try Stage.plan("p", key: "p:{@key}"))
        keeper.report = { [said] words in said.words.withLock { $0.append(words) } }
        return keeper
    }

    @Test func `what was lost is written again at the next start, as the definition and the log have it`() throws {
        var redis = try stage.connection()
        let keeper = try keeper()
        let first = try keeper.establish(&redis)
        let before = try stage.everything(&redis)
        try redis.command("DEL", KeySpace.claims, keys.growth, keys.about)
        #expect(try keeper.establish(&redis) == first)
        var after = try stage.everything(&redis)
        // Whether it began with a part of the log is not known any more.
        #expect(try redis.command("HGET", keys.about, About.partial).text == "unknown")
        try redis.command("HSET", keys.about, About.partial, "no")
        after[keys.about] = try redis.command("DUMP", keys.about)
        #expect(after.keys.sorted() == before.keys.sorted())
        #expect(try redis.command("HGET", keys.growth, "t").text == "2")
        #expect(try redis.command("HGET", keys.about, About.cluster).text == "first")
        #expect(after[KeySpace.claims] == before[KeySpace.claims])
        for words in ["lantern:claims of the views v", "lantern:p:growth of t", "lantern:p:about"] {
            #expect(said.all.contains(words), "no '\(words)' in: \(said.all)")
        }
    }

    @Test func `a lost growth record is not made up while events are parked that it would place`() throws {
        var redis = try stage.connection()
        let keeper = try keeper()
        _ = try keeper.establish(&redis)
        try redis.command("DEL", keys.growth)
        try redis.command("ZADD", keys.parkedIndex("t", 0), "3", "3:k")
        let error = #expect(throws: WorkerError.self) { try keeper.establish(&redis) }
        #expect(error?.code == .halted)
        #expect(error?.message.contains("lantern:p:growth held of topic t") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("--fresh p") == true)
        #expect(try redis.command("EXISTS", keys.growth).integer == 0)
    }

    @Test func `nor while a partition has no checkpoint: whether it was added or lost is not known`() throws {
        var redis = try stage.connection()
        let keeper = try keeper()
        _ = try keeper.establish(&redis)
        try redis.command("DEL", keys.growth, keys.checkpoint("t", 1))
        _ = try keeper.establish(&redis)
        #expect(try redis.command("EXISTS", keys.growth).integer == 0)
    }

    @Test func `a claim is not taken back from another projection that has claimed those keys since`() throws {
        var redis = try stage.connection()
        let keeper = try keeper()
        _ = try keeper.establish(&redis)
        try redis.command("DEL", KeySpace.claims)
        try stage.build("q", key: "p:{@key}", rows: [], &redis)
        let error = #expect(throws: WorkerError.self) { try keeper.establish(&redis) }
        #expect(
            error?.code == .refused && error?.message.contains("view v of projection q") == true,
            "\(error?.message ?? "")")
    }

    @Test func `a projection of which only checkpoints are left was started`() throws {
        var redis = try stage.connection()
        _ = try keeper().establish(&redis)
        try redis.command("DEL", keys.generation, KeySpace.claims, keys.growth, keys.about)
        let finding = try GenerationFinding.read("p", topics: ["t"], &redis)
        #expect(finding.obstacle?.contains("\(keys.checkpoint("t", 0)) is there") == true, "\(finding)")
    }

    /// How many HGETALL this Redis was sent.
    private static func hashesRead(_ redis: inout RedisConnection) throws -> Int {
        let facts = try redis.command("INFO", "commandstats").text ?? ""
        return facts.firstMatch(of: /cmdstat_hgetall:calls=(\d+)/).flatMap { Int($0.1) } ?? 0
    }

    @Test func `while lanes run it is written again as it was, growth and all`() throws {
        let workshop = try Workshop()
        var redis = try workshop.connection()
        let session = WorkerSession(
            [workshop.runner], redis: workshop.runner.settings.redis, log: Log(Device(2, environment: [:])))
        try session.start()
        try workshop.send(key: "k", value: "{\"n\":1}")
        try workshop.flush()
        try workshop.waitUntilDone()
        var looks: Int?
        var isRemoved = false
        let end = run(session) {
            if looks == nil, try workshop.note(&redis) == "projecting" {
                try redis.command("HSET", workshop.keys.growth, "t:ends-before-1", "7")
                looks = try Self.hashesRead(&redis)
            }
            // It has looked by then: it reads one hash whole each time, and two at first.
            guard let looks, try isRemoved || Self.hashesRead(&redis) > looks + 3 else { return false }
            if !isRemoved { try redis.command("DEL", KeySpace.claims, workshop.keys.growth, workshop.keys.about) }
            isRemoved = true
            return try redis.command("HGET", workshop.keys.growth, "t:ends-before-1").text == "7"
                && redis.command("HGET", KeySpace.claims, "p v") != .null
                && redis.command("HGET", workshop.keys.about, About.version).text == "1"
        }
        #expect(end == .done)
        #expect(workshop.log.contains("written again from what this worker had read"), "\(workshop.log)")
    }
}
