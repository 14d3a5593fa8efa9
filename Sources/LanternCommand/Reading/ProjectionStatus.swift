import Configuration
import Kafka
import Projections
import Redis
import Worker

/// What `lantern status` tells of one projection: read from Redis and Kafka, without a worker.
struct ProjectionStatus: Encodable {
    struct Partition: Encodable {
        let topic: String
        let partition: Int32
        /// Where `--allow-partial` began, because Kafka had deleted what stood before; nil where all was read.
        let start: Int64?
        /// The next offset to read; nil without a checkpoint.
        let next: Int64?
        /// The log's end; nil where Kafka does not answer.
        let end: Int64?
        let lag: Int64?
        /// `projecting`, `halted`, `caught-up`, `missing`.
        let state: String
        let reason: String?
        let parked: Int64
        let rewinds: Int64
    }

    let name: String
    let generation: Int?
    let state: String
    /// What keeps every worker from it until somebody acts; nil: nothing.
    let obstacle: String?
    let group: String?
    /// Whether the live generation was built by this file's version of the projection: else a worker with this file idles.
    let isThisVersion: Bool
    /// Whether it began with `--allow-partial` on a log that lacks its beginning: its views lack those events.
    let isPartial: Bool
    let partitions: [Partition]
    let parked: Int64
    let rewinds: Int64

    /// Reads it; what Kafka does not tell is left out.
    init(_ plan: ProjectionPlan, group prefix: String?, _ redis: inout RedisConnection, _ logs: inout LogEnds) throws {
        let keys = KeySpace(projection: plan.name)
        name = plan.name
        let finding = try GenerationFinding.read(plan.name, &redis)
        obstacle = finding.obstacle
        guard case .found(let number, let record) = finding else {
            generation = nil
            state = obstacle == nil ? "not started" : "halted"
            group = nil
            isThisVersion = true
            isPartial = false
            partitions = []
            parked = 0
            rewinds = 0
            return
        }
        generation = number
        state = record.state.rawValue
        isThisVersion = record.fingerprint == fingerprint(of: plan)
        group = "\(prefix ?? "lantern-\(plan.name)")-\(number)-\(record.identifier)"
        var partitions: [Partition] = []
        for topic in plan.topics {
            let ends = logs.ends(of: topic.name)
            let known = try redis.command("HGET", keys.growth(number), topic.name).text.flatMap { Int($0) } ?? 0
            for partition in 0..<max(known, ends?.count ?? 0) {
                let end = ends.flatMap { partition < $0.count ? $0[partition] : nil }
                partitions.append(
                    try Self.partition(topic.name, Int32(partition), end: end, number, record.identifier, keys, &redis))
            }
        }
        self.partitions = partitions
        isPartial = partitions.contains { $0.start != nil }
        parked = partitions.reduce(0) { $0 + $1.parked }
        rewinds = partitions.reduce(0) { $0 + $1.rewinds }
    }

    private static func partition(
        _ topic: String, _ partition: Int32, end: Int64?, _ number: Int, _ identifier: String, _ keys: KeySpace,
        _ redis: inout RedisConnection
    ) throws -> Partition {
        let checkpoint = try redis.command("GET", keys.checkpoint(number, topic, partition)).bytes
        let next = checkpoint.flatMap { Checkpoint(text: $0) }?.next
        let place = "\(topic):\(partition)"
        let about =
            try redis.command("HMGET", keys.about(number), "state:\(place)", "rewinds:\(place)", "start:\(place)")
            .elements
            ?? []
        let field = DamageRecord.field(identifier, topic, partition)
        let damage = try redis.command("HGET", keys.damage(number), field).text.map { DamageRecord(text: $0) }
        let parked = try redis.command("ZCARD", keys.parkedIndex(number, topic, partition)).integer ?? 0
        let said = about[0].text ?? "waiting for a worker"
        var state = said
        var reason: String?
        if let damage, damage.holds(at: next ?? .max) {
            state = "halted"
            reason = "damaged: \(damage.words)"
        } else if said.hasPrefix("halted ") {
            state = "halted"
            reason = String(said.dropFirst(7))
        } else if next == nil {
            state = "missing"
            reason = "there is no checkpoint in Redis"
        } else if let end, next == end {
            state = "caught-up"
        }
        return Partition(
            topic: topic, partition: partition, start: about[2].text.flatMap { Int64($0) }, next: next, end: end,
            lag: Self.lag(next, end), state: state,
            reason: reason, parked: parked, rewinds: about[1].text.flatMap { Int64($0) } ?? 0)
    }

    private static func lag(_ next: Int64?, _ end: Int64?) -> Int64? {
        guard let next, let end else { return nil }
        return max(0, end - next)
    }
}
