import Bytes
public import Projections
public import Redis

/// Reads what a projection's generation in one database has parked.
public struct ParkedReader {
    private let plan: ProjectionPlan
    private var keys: KeySpace { KeySpace(projection: plan.name) }

    /// nil if the projection has no generation there.
    public init?(_ plan: ProjectionPlan, _ redis: inout RedisConnection) throws {
        self.plan = plan
        guard case .found = try GenerationFinding.read(plan.name, &redis) else { return nil }
    }

    /// Topic and partition of every list that is not empty.
    public func lists(_ redis: inout RedisConnection) throws -> [(topic: String, partition: Int32)] {
        var found: [(topic: String, partition: Int32)] = []
        for topic in plan.topics {
            let count = try redis.command("HGET", keys.growth, topic.name).text.flatMap { Int32($0) } ?? 0
            // Partitions that were added later are not in the first count: look until none is known.
            var partition: Int32 = 0
            while true {
                let isKnown =
                    try redis.command("EXISTS", keys.checkpoint(topic.name, partition)).integer == 1
                guard partition < count || isKnown else { break }
                if try redis.command("EXISTS", keys.parkedIndex(topic.name, partition)).integer == 1 {
                    found.append((topic.name, partition))
                }
                partition += 1
            }
        }
        return found
    }

    /// The offsets of one list in order, with their keys; the first so many.
    public func offsets(
        _ topic: String, _ partition: Int32, limit: Int = .max, _ redis: inout RedisConnection
    ) throws -> [(offset: Int64, key: [UInt8]?)] {
        let last = limit == .max ? -1 : limit - 1
        let members =
            try redis.command("ZRANGE", keys.parkedIndex(topic, partition), "0", "\(last)").elements ?? []
        return members.compactMap { ParkedRecord.place(inIndex: $0.bytes ?? []) }
    }

    public func record(
        _ topic: String, _ partition: Int32, _ offset: Int64, _ redis: inout RedisConnection
    ) throws -> ParkedRecord? {
        try redis.command("HGET", keys.parked(topic, partition), "\(offset)").bytes
            .flatMap { ParkedRecord(bytes: $0) }
    }

    /// The first so many of them, with their reasons.
    public func events(limit: Int = .max, _ redis: inout RedisConnection) throws -> [ParkedEvent] {
        var events: [ParkedEvent] = []
        for (topic, partition) in try lists(&redis) {
            let left = limit - events.count
            guard left > 0 else { break }
            for (offset, key) in try offsets(topic, partition, limit: limit == .max ? .max : left, &redis) {
                let record = try record(topic, partition, offset, &redis)
                events.append(
                    ParkedEvent(
                        projection: plan.name, topic: topic, partition: partition, offset: offset,
                        key: key.map { readableText($0) }, view: record?.view,
                        reason: record?.reason ?? "its record is missing"))
            }
        }
        return events
    }
}
