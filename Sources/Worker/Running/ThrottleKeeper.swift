import Records
import Redis
import System

/// Looks once a second how what is live beside a build is, and holds the build back if it slows that down.
struct ThrottleKeeper: ~Copyable {
    private static let interval: Int64 = 1_000

    private var redis: RedisConnection?
    private var nextLook: Int64 = 0
    private var throttle = BuildThrottle()
    private var limit: RateLimit?
    /// How far the build was at the last look.
    private var last: (at: Int64, reached: Int64)?

    var reason: ThrottleReason? { throttle.reason }

    /// What it waits for, for people.
    var words: String {
        guard let reason = throttle.reason, let rate = throttle.rate else { return "" }
        return rate == 0 ? "\(reason.words): the build rests" : "\(reason.words): limited to \(rate) events/s"
    }

    /// The ceilings for now; `reached` is where the partitions are that this process reads, `home` leads to what is live.
    mutating func limit(_ ceilings: [Ceiling], reached: [Ceiling], home: RedisOptions) -> [Ceiling] {
        let now = Clock.milliseconds()
        if now >= nextLook {
            nextLook = now + Self.interval
            look(home, reached: reached.reduce(0) { $0 + $1.next }, now: now)
        }
        guard let rate = throttle.rate else {
            limit = nil
            return ceilings
        }
        if limit == nil { limit = RateLimit(eventsPerSecond: rate) }
        limit?.eventsPerSecond = Int64(rate)
        return limit?.limit(ceilings, reached: reached, now: now) ?? ceilings
    }

    private mutating func look(_ home: RedisOptions, reached: Int64, now: Int64) {
        let speed = last.map { before in
            Int(max(0, reached - before.reached) * 1_000 / max(1, now - before.at))
        }
        last = (now, reached)
        do {
            var connection = try redis.take() ?? RedisConnection.open(home)
            let time = try WorkerRegistry.now(&connection)
            let entries = try WorkerRegistry.read(&connection)
            let facts = try connection.inspect()
            redis = consume connection
            let live = LiveCondition(entries, at: time, used: facts.usedMemory, limit: facts.maxmemory)
            throttle.judge(live, speed: speed ?? 0, now: now)
        } catch {
            // What was judged last holds on; while Redis is away the build stands anyway.
            redis = nil
        }
    }
}
