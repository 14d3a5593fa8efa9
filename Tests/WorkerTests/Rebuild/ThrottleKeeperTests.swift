import Records
import Redis
import RedisServer
import Testing

@testable import Worker

@Suite struct `A build looks at what is live` {
    private let ceilings = [Ceiling(topic: 0, partition: 0, next: 1_000_000)]
    private let reached = [Ceiling(topic: 0, partition: 0, next: 500)]

    private func options(_ server: RedisServer) throws -> RedisOptions {
        RedisOptions(address: try RedisAddress(server.url))
    }

    @Test func `it rests while Redis is nearly full, and says so`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(options(server))
        let used = try redis.inspect().usedMemory
        try redis.command("CONFIG", "SET", "maxmemory", "\(used + used / 20)")
        var keeper = ThrottleKeeper()
        let held = keeper.limit(ceilings, reached: reached, home: try options(server))
        #expect(held == reached)
        #expect(keeper.words.contains("% of its maxmemory: the build rests"), "\(keeper.words)")
        var free = ThrottleKeeper()
        try redis.command("CONFIG", "SET", "maxmemory", "0")
        #expect(free.limit(ceilings, reached: reached, home: try options(server)) == ceilings && free.reason == nil)
    }

    @Test func `it yields when live workers say that they are slower than usual`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(options(server))
        var projection = WorkerProjection(name: "orders", fingerprint: "f")
        (projection.freshness99, projection.recent99) = (20, 300)
        var entry = WorkerEntry(id: "w")
        entry.projections = [projection]
        try WorkerRegistry.write(&entry, &redis)
        var keeper = ThrottleKeeper()
        let held = keeper.limit(ceilings, reached: reached, home: try options(server))
        #expect(held[0].next < 500 + Int64(BuildThrottle.slowest))
        #expect(keeper.reason == .freshness(projection: "orders", now: 300, normal: 20))
        #expect(keeper.words.hasSuffix("limited to \(BuildThrottle.slowest) events/s"), "\(keeper.words)")
    }

    @Test func `while Redis is away nothing is judged`() throws {
        var keeper = ThrottleKeeper()
        var nowhere = RedisOptions(address: try RedisAddress("redis://127.0.0.1:1"))
        nowhere.connectTimeoutMilliseconds = 1_000
        #expect(keeper.limit(ceilings, reached: reached, home: nowhere) == ceilings)
    }
}
