import Configuration
import Kafka
import Projections
import Records
import Redis
import Worker

/// What `lantern status` reports about one projection: read from Redis and Kafka, without a worker.
struct ProjectionStatus: Encodable {
    let name: String
    let generation: Int?
    /// The home database.
    let database: Int
    /// Whether there is a generation in it: that one is live.
    let live: Bool
    /// Generations in other databases.
    let builds: [StatusBuild]
    let state: String
    /// What keeps every worker from it until an operator acts; nil: nothing.
    let obstacle: String?
    let group: String?
    /// Whether the live generation was built by this file's version of the projection: else a worker with this file idles.
    let isThisVersion: Bool
    /// Whether it began with `--allow-partial` on a log that lacks its beginning: its views lack those events.
    let isPartial: Bool
    let partitions: [PartitionStatus]
    let parked: Int64
    let rewinds: Int64

    /// Reads it; what Kafka does not report is left out.
    init(
        _ plan: ProjectionPlan, group prefix: String?, _ finder: GenerationFinder, _ redis: inout RedisConnection,
        _ logs: inout LogEnds
    ) throws {
        let keys = KeySpace(projection: plan.name)
        name = plan.name
        database = finder.home
        let fingerprint = fingerprint(of: plan)
        builds = try finder.places(of: [plan.name], &redis)[0].filter { $0.database != finder.home }
            .map { StatusBuild($0, fingerprint: fingerprint) }
        let finding = try GenerationFinding.read(plan.name, topics: plan.topics.map(\.name), &redis)
        let topics = plan.topics.map { (name: $0.name, logs: logs.logs(of: $0.name)) }
        let refusals = topics.compactMap { if case .refused(let words) = $0.logs { words } else { nil } }
        obstacle =
            try finding.obstacle
            ?? redis.command("GET", keys.blocked).text.map { "a worker cannot run it and keeps trying: \($0)" }
            ?? (refusals.isEmpty ? nil : refusals.joined(separator: "; "))
        guard case .found(let record) = finding else {
            generation = nil
            live = false
            state = obstacle == nil ? "not started" : "halted"
            group = nil
            isThisVersion = true
            isPartial = false
            partitions = []
            parked = 0
            rewinds = 0
            return
        }
        generation = record.number
        live = true
        state = record.state.rawValue
        isThisVersion = record.fingerprint == fingerprint
        group = GenerationGroup(prefix: prefix, projection: plan.name, of: record).name
        var partitions: [PartitionStatus] = []
        for topic in topics {
            let bounds: [LogBounds]? = if case .known(let bounds) = topic.logs { bounds } else { nil }
            let known = try redis.command("HGET", keys.growth, topic.name).text.flatMap { Int($0) } ?? 0
            for partition in 0..<max(known, bounds?.count ?? 0) {
                var stored = try StoredPartition(topic.name, Int32(partition), of: record.identifier, keys, &redis)
                stored.isExpected = partition < known
                stored.isGone = bounds.map { partition >= $0.count } ?? false
                partitions.append(
                    PartitionStatus(
                        topic: topic.name, partition: Int32(partition), stored,
                        bounds.flatMap { partition < $0.count ? $0[partition] : nil }))
            }
        }
        self.partitions = partitions
        isPartial = partitions.contains { $0.start != nil }
        parked = partitions.reduce(0) { $0 + $1.parked }
        rewinds = partitions.reduce(0) { $0 + $1.rewinds }
    }
}
