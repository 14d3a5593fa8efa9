import Records
import Redis
import System

/// Holds a build within the rate that is kept beside it.
///
/// The rate is that of the whole build. Of it this process has the share of the partitions that it reads among all that are
/// behind live, so that several processes, and several projections, need not agree on anything.
struct BuildPace: ~Copyable {
    private static let interval: Int64 = 1_000

    private var redis: RedisConnection?
    private var nextLook: Int64 = 0
    /// Whether it was ever read: until then nothing may be folded.
    private var isKnown = false
    private var limit: RateLimit?
    /// How many partitions of the build are behind live.
    private var backlog = 0

    /// Events a second of the whole build; nil: as many as it can.
    var rate: Int? { limit.map { Int($0.eventsPerSecond) } }

    /// Asks once a second what the rate is; false: Redis has not said so yet. `options` lead to the build's database.
    mutating func look(_ projection: String, home: Int, _ options: RedisOptions) -> Bool {
        let now = Clock.milliseconds()
        guard now >= nextLook else { return isKnown }
        nextLook = now + Self.interval
        do {
            var connection = try redis.take() ?? RedisConnection.open(options)
            if connection.options.address.database != options.address.database {
                connection = try RedisConnection.open(options)
            }
            let about = KeySpace(projection: projection).about
            let fields = try connection.command("HMGET", about, About.maxRate, About.liveUntil).elements ?? []
            // What was live before is only kept current: a rate was set for it while it was built.
            let rate = fields.last == .null ? fields.first?.text.flatMap { Int($0) } : nil
            if let rate, rate > 0 {
                backlog = try BuildBacklog.count(home: home, &connection)
                if limit == nil { limit = RateLimit(eventsPerSecond: rate) }
                limit?.eventsPerSecond = Int64(rate)
            } else {
                limit = nil
            }
            isKnown = true
            redis = consume connection
        } catch {
            // The last one holds on.
            redis = nil
        }
        return isKnown
    }

    /// The ceilings for now; `reached` is where the partitions are that this process reads.
    mutating func limit(_ ceilings: [Ceiling], reached: [Ceiling]) -> [Ceiling] {
        limit?.limit(ceilings, reached: reached, backlog: backlog, now: Clock.milliseconds()) ?? ceilings
    }
}
