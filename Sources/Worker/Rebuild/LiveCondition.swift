import Records

/// How what is live beside a build is, by the registry of workers and by Redis.
struct LiveCondition: Sendable, Equatable {
    struct Freshness: Sendable, Equatable {
        var projection: String
        /// p99 over the last ten seconds, and over the last minute, in milliseconds.
        var recent: Int64
        var minute: Int64
    }

    var freshness: [Freshness] = []
    /// Events a second that all of live folds.
    var rate = 0
    /// The used part of Redis's memory; nil without a limit.
    var memoryRatio: Double?

    init() {}

    /// The slowest worker of each projection.
    init(_ entries: [WorkerEntry], at time: Int64, used: Int, limit: Int) {
        var slowest: [String: Freshness] = [:]
        for entry in entries where !entry.isGone(at: time) {
            for projection in entry.projections where projection.role == .live {
                // The registry is text, which another program may have written.
                rate = min(
                    rate + Int(min(max(0, projection.rate), Int64(BuildThrottle.fastestLive))),
                    BuildThrottle.fastestLive)
                guard let recent = projection.recent99, let minute = projection.freshness99 else { continue }
                var own = slowest[projection.name] ?? Freshness(projection: projection.name, recent: 0, minute: 0)
                own.recent = max(own.recent, recent)
                own.minute = max(own.minute, minute)
                slowest[projection.name] = own
            }
        }
        freshness = slowest.values.sorted { $0.projection < $1.projection }
        memoryRatio = limit > 0 ? Double(used) / Double(limit) : nil
    }
}
