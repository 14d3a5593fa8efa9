import PatientRedis
import Projections
import Records
import Redis
import RedisServer
import Testing

@testable import Worker

@Suite struct `Generations` {
    private let server: RedisServer

    init() throws { server = try RedisServer() }

    private func connection() throws -> RedisConnection {
        try .open(
            try RedisOptions(patient: server.url))
    }

    @Test func `out of memory, a fresh build needs no transaction to end the old generation and free its rows`() throws
    {
        var redis = try connection()
        let plan = World.plan(onError: "park")
        let facts = LogFacts(clusterID: nil, topics: [.init(name: "t", partitions: [(0, 0)], isCompacted: false)])
        let keeper = GenerationKeeper(plan: plan, fingerprint: "f", facts: facts)
        guard case .write(let first, _, _) = try keeper.establish(&redis) else {
            Issue.record("no generation on an empty Redis")
            return
        }
        let keys = KeySpace(projection: plan.name)
        for row in 0..<2_000 {
            try redis.command("HSET", "row:0:k\(row)", "last", String(repeating: "x", count: 1_000))
        }
        try redis.command("SET", "another application's", "y")
        try redis.command("CONFIG", "SET", "maxmemory", "2500000")
        #expect(throws: RedisError.self) { try redis.command("SET", "a", "b") }

        guard case .write(let number, let text, _) = try keeper.startFresh(&redis) else {
            Issue.record("no fresh generation")
            return
        }
        #expect(number == first + 1)
        #expect(try redis.command("GET", keys.generation).text == text)
        #expect(try redis.command("KEYS", "row:*").elements?.isEmpty == true)
        #expect(try redis.command("GET", "another application's").text == "y")
    }

    @Test func `a worker that starts while its generation is drained works it, so that a lane can end the drain`()
        throws
    {
        var redis = try connection()
        let plan = World.plan(onError: "park")
        let facts = LogFacts(clusterID: nil, topics: [.init(name: "t", partitions: [(0, 0)], isCompacted: false)])
        let keeper = GenerationKeeper(plan: plan, fingerprint: "f", facts: facts)
        guard case .write(_, let text, let identifier) = try keeper.establish(&redis),
            var drained = GenerationRecord(text: text)
        else {
            Issue.record("no generation on an empty Redis")
            return
        }
        drained.state = .draining
        drained.token = "promoter"
        drained.deadline = 1
        try redis.command("SET", keeper.keys.generation, drained.text)
        #expect(try keeper.establish(&redis) == .write(number: 1, text: text, identifier: identifier))
        #expect(try redis.command("GET", keeper.keys.generation).text == drained.text)
    }

    @Test func `a cluster's id that no broker said is stored when one does, and never as empty`() throws {
        var redis = try connection()
        let plan = World.plan(onError: "park")
        func keeper(_ cluster: String?) -> GenerationKeeper {
            let topic = LogFacts.Topic(name: "t", partitions: [(0, 0)], isCompacted: false)
            return GenerationKeeper(
                plan: plan, fingerprint: "f", facts: LogFacts(clusterID: cluster, topics: [topic]))
        }
        let about = KeySpace(projection: plan.name).about
        _ = try keeper(nil).establish(&redis)
        #expect(try redis.command("HGET", about, "cluster") == .null)
        _ = try keeper("first").establish(&redis)
        #expect(try redis.command("HGET", about, "cluster").text == "first")
        _ = try keeper(nil).establish(&redis)
        #expect(try redis.command("HGET", about, "cluster").text == "first")
        #expect(throws: WorkerError.self) { try keeper("second").establish(&redis) }
    }
}
