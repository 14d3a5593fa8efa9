import CommandLine
import Records
import Redis
import Worker

/// What a build would cost: events, time and memory.
struct BuildForecast: Encodable {
    /// Events that are read, in all projections.
    var events: Int64 = 0
    /// About how many seconds it takes; nil if that cannot be said.
    var seconds: Double?
    /// Events a second, by which the time is told.
    var eventsPerSecond: Double?
    /// Whether the rate is that of the build that made what is live; else it was measured now, without Redis: then the time is a
    /// lower bound.
    var isOfLastBuild = false
    /// About how much of Redis's memory it takes: what the live side takes.
    var memoryBytes: Int64 = 0
    /// What is left of it; nil: Redis has no limit.
    var memoryLeftBytes: Int64?

    enum CodingKeys: String, CodingKey {
        case events, seconds, eventsPerSecond, isOfLastBuild = "rateOfLastBuild", memoryBytes, memoryLeftBytes
    }

    /// Reads and measures; nothing is written.
    init(_ rebuild: RebuildUnit, _ unit: BuildUnit, _ redis: inout RedisConnection) throws {
        let counts = unit.keepers.map { keeper in
            keeper.facts.topics.flatMap(\.partitions).reduce(0) { $0 + max(0, $1.high - $1.low) }
        }
        events = counts.reduce(0, +)
        let memory = try unit.memory(&redis)
        memoryBytes = memory.bytes
        memoryLeftBytes = memory.left
        let rates = try unit.names.compactMap {
            try redis.command("HGET", KeySpace(projection: $0).about, About.buildRate).text.flatMap { Double($0) }
        }
        if rates.count == unit.names.count, let rate = rates.min(), rate > 0 {
            (eventsPerSecond, seconds, isOfLastBuild) = (rate, Double(events) / rate, true)
            return
        }
        // Each projection has lanes of its own: the slowest one is awaited.
        for (plan, (keeper, count)) in zip(rebuild.plans, zip(unit.keepers, counts)) where count > 0 {
            let starts = keeper.facts.topics.map { $0.partitions.map(\.low) }
            guard let rate = try FoldSpeed.measure(plan, starts, rebuild.configuration) else { continue }
            let own = Double(count) / rate
            if own > seconds ?? 0 { (seconds, eventsPerSecond) = (own, rate) }
        }
    }

    /// For a terminal.
    var text: String {
        var text = "a build would read \(HumanNumber.grouped(events)) events"
        if let seconds, let eventsPerSecond {
            let time = HumanNumber.duration(milliseconds: Int64(seconds * 1_000))
            let rate = HumanNumber.rate(eventsPerSecond)
            text +=
                isOfLastBuild
                ? ", in about \(time) (at \(rate), the rate of the build that made the live views)"
                : ", in at least \(time) (reading and folding without Redis reach \(rate) here)"
        }
        text += ", and take about \(HumanNumber.bytes(memoryBytes)) of Redis's memory"
        if let memoryLeftBytes { text += " (\(HumanNumber.bytes(memoryLeftBytes)) are left)" }
        return text
    }
}
