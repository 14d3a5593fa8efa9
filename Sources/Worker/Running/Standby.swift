import Projections
import Records
import Redis

/// How a projection without lanes waits: one connection kept, the generations
/// looked for once a second, or a growing back-off.
struct Standby: ~Copyable {
    private static let interval: Int64 = 1_000
    private static let longest: Int64 = 30_000

    private var redis: RedisConnection?
    /// What decides which generation is written.
    private struct Seen: Equatable {
        /// What the key of the live generation held.
        var live: [UInt8]?
        var places: [GenerationPlace] = []
    }

    private var seen = Seen()
    private var delay = interval
    /// Monotonic milliseconds.
    private(set) var nextLook: Int64 = 0
    /// Whether a note for `status` may be there: an earlier process may have left one.
    private(set) var mayHaveNote = true

    /// Remembers what there is now.
    mutating func look(_ settings: ProjectionSettings) throws { seen = try read(settings) }

    private mutating func read(_ settings: ProjectionSettings) throws -> Seen {
        // It is kept only if all went well.
        var connection = try redis.take() ?? RedisConnection.open(settings.redis)
        let name = settings.plan.name
        let live = try connection.command("GET", KeySpace(projection: name).generation).bytes
        let places = try settings.finder.places(of: [name], &connection)[0]
        redis = consume connection
        return Seen(live: live, places: places)
    }

    /// Whether what there is differs from what was seen; asks at most once a second.
    mutating func hasChanged(_ settings: ProjectionSettings, now: Int64) -> Bool {
        guard now >= nextLook else { return false }
        nextLook = now + Self.interval
        // While Redis is away nothing can have changed for us: the next look shows.
        do { return try read(settings) != seen } catch { return false }
    }

    mutating func waitIdle(now: Int64) {
        delay = Self.interval
        nextLook = now + Self.interval
    }

    /// The longer it is in vain, the less often it is tried; what has run for a while begins with a short wait again.
    mutating func waitBlocked(now: Int64) {
        if now > nextLook + 2 * Self.longest { delay = Self.interval }
        nextLook = now + delay
        delay = min(delay * 2, Self.longest)
    }

    /// Tells `status` why it does not run, for a little longer than until the next attempt; it is withdrawn when
    /// lanes project.
    mutating func leaveNote(_ words: String, _ settings: ProjectionSettings) {
        do {
            if redis == nil { redis = try RedisConnection.open(settings.redis) }
            let key = KeySpace(projection: settings.plan.name).blocked
            mayHaveNote = true
            try redis?.command("SET", key, words, "PX", "\(2 * Self.longest)")
        } catch {
            // It is written again with the next attempt.
            redis = nil
        }
    }

    /// It projects: what `status` was told of it is over.
    mutating func withdrawNote(_ settings: ProjectionSettings) {
        guard mayHaveNote else { return }
        mayHaveNote = false
        do {
            var redis = try RedisConnection.open(settings.redis)
            try redis.command("DEL", KeySpace(projection: settings.plan.name).blocked)
        } catch {
            // It expires.
        }
    }

    /// Lanes run: nothing is waited for.
    mutating func end() { redis = nil }
}
