import Bytes
import Projections
import Records
import Redis
import RedisServer
import Testing

@testable import Worker

/// The driver of generations, stopped and overtaken between any two of its steps.
@Suite struct `The generation driver` {
    private let stage: Stage
    private let foreign: Set = ["p:a:b", "other"]

    init() throws { stage = try Stage() }

    /// Generation 1 of `p` with more rows than one step removes, among other applications' keys.
    private func prepare(_ redis: inout RedisConnection) throws -> GenerationKeeper {
        try redis.command("FLUSHALL")
        for key in foreign { try redis.command("SET", key, "another application's") }
        return try stage.build(key: "p:{@key}", rows: (0..<2_500).map { "p:\($0)" }, &redis)
    }

    private func expectFresh(_ number: Int, rows: Set<String>, _ redis: inout RedisConnection) throws {
        let keys = KeySpace(projection: "p")
        let text = try redis.command("GET", keys.generation).text
        let record = text.flatMap { GenerationRecord(text: $0) }
        #expect(record?.number == number && record?.state == .open && record?.token == "")
        let names = try stage.names("*", &redis)
        #expect(names.filter { !$0.hasPrefix("lantern:") } == foreign.union(rows))
        let remains: Set = [keys.generation, keys.about, keys.growth, keys.checkpoint("t", 0), keys.checkpoint("t", 1)]
        #expect(names.filter { GenerationInventory.isOfGeneration(Array($0.utf8), "p") } == remains)
    }

    @Test func `killed between any two steps, it is run again and resumes`() throws {
        var redis = try stage.connection()
        var steps = 0
        var isDone = false
        while !isDone {
            let keeper = try prepare(&redis)
            var killed = try GenerationDriver("p", goal: .next(keeper), &redis)
            for _ in 0..<steps { try killed.advance(&redis) }
            isDone = killed.step == .done
            if !isDone {
                if steps > 0 {
                    guard case .idle = try keeper.establish(&redis) else {
                        Issue.record("a worker does not idle after step \(steps)")
                        return
                    }
                }
                _ = try keeper.startFresh(&redis)
            }
            try expectFresh(2, rows: [], &redis)
            steps += 1
        }
        #expect(steps > 5)
    }

    @Test func `of two at once one wins, and the other says so and touches nothing of the next generation`() throws {
        var redis = try stage.connection()
        for seed in 0..<30 {
            var random = SplitMix64(seed: UInt64(seed))
            let keeper = try prepare(&redis)
            var drivers = [
                try GenerationDriver("p", goal: .next(keeper), &redis),
                try GenerationDriver("p", goal: .next(keeper), &redis),
            ]
            var open = [0, 1]
            var refusals: [WorkerError] = []
            while let one = open.randomElement(using: &random) {
                do {
                    try drivers[one].advance(&redis)
                    guard drivers[one].step == .done else { continue }
                    // The winner's workers write at once, under the same names.
                    try redis.command("HSET", "p:1", "n", "2")
                } catch let error as WorkerError {
                    refusals.append(error)
                }
                open.removeAll { $0 == one }
            }
            #expect(refusals.map(\.code) == [.refused], "seed \(seed)")
            #expect(refusals.first?.message.contains("another `--fresh` or `drop`") == true)
            try expectFresh(2, rows: ["p:1"], &redis)
        }
    }

    @Test func `one that comes later takes over, and the first one stops`() throws {
        var redis = try stage.connection()
        let keeper = try prepare(&redis)
        var first = try GenerationDriver("p", goal: .next(keeper), &redis)
        for _ in 0..<3 { try first.advance(&redis) }
        var second = try GenerationDriver("p", goal: .next(keeper), &redis)
        try second.advance(&redis)
        #expect(throws: WorkerError.self) { try first.advance(&redis) }
        try second.run(&redis)
        try redis.command("HSET", "p:7", "n", "2")
        #expect(throws: WorkerError.self) { try first.run(&redis) }
        try expectFresh(2, rows: ["p:7"], &redis)
    }

    @Test func `a projection is dropped by what Redis says of it, and nothing of others goes`() throws {
        var redis = try stage.connection()
        _ = try prepare(&redis)
        try stage.build("q", key: "q:{@key}", rows: ["q:1"], &redis)
        try redis.command("HSET", KeySpace(projection: "p").ledger, "t:0:1", "skip")
        var steps = 0
        var driver = try GenerationDriver("p", goal: .nothing, &redis)
        while steps < 3 {
            try driver.advance(&redis)
            steps += 1
        }
        // Killed here, and run again.
        driver = try GenerationDriver("p", goal: .nothing, &redis)
        try driver.run(&redis)
        #expect(try stage.names("lantern:p:*", &redis).isEmpty)
        #expect(try redis.command("HGETALL", KeySpace.claims).elements?.compactMap(\.text) == ["q v", "plain|q:{}"])
        #expect(try stage.names("*", &redis).filter { !$0.hasPrefix("lantern:") } == foreign.union(["q:1"]))
        let kept = try redis.command("GET", KeySpace(projection: "q").generation).text
        #expect(kept.flatMap { GenerationRecord(text: $0) }?.number == 1)
    }
}
