import Bytes
import Configuration
import Kafka
import Projections
import Redis
import Worker

/// A parked event as `lantern parked` shows it.
struct ParkedEvent: Encodable {
    let projection: String
    let topic: String
    let partition: Int32
    let offset: Int64
    /// nil without one; bytes that are not UTF-8 as `\xNN`.
    let key: String?
    /// nil for a fault of the whole event.
    let view: String?
    let reason: String

    enum CodingKeys: String, CodingKey { case projection, topic, partition, offset, key, view, reason }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(projection, forKey: .projection)
        try container.encode(topic, forKey: .topic)
        try container.encode(partition, forKey: .partition)
        try container.encode(offset, forKey: .offset)
        // null, not absent: a script asks for it.
        try container.encode(key, forKey: .key)
        try container.encode(view, forKey: .view)
        try container.encode(reason, forKey: .reason)
    }
}

/// Reads what the live generation of a projection has parked.
struct ParkedReader {
    let plan: ProjectionPlan
    let generation: Int
    private var keys: KeySpace { KeySpace(projection: plan.name) }

    /// nil if the projection has no live generation.
    init?(_ plan: ProjectionPlan, _ redis: inout RedisConnection) throws {
        self.plan = plan
        guard let number = try redis.command("GET", KeySpace(projection: plan.name).live).text.flatMap({ Int($0) })
        else { return nil }
        generation = number
    }

    /// Topic and partition of every list that is not empty.
    func lists(_ redis: inout RedisConnection) throws -> [(topic: String, partition: Int32)] {
        var found: [(topic: String, partition: Int32)] = []
        for topic in plan.topics {
            let count = try redis.command("HGET", keys.growth(generation), topic.name).text.flatMap { Int32($0) } ?? 0
            // Partitions that were added later are not in the first count: look until none is known.
            var partition: Int32 = 0
            while true {
                let isKnown =
                    try redis.command("EXISTS", keys.checkpoint(generation, topic.name, partition)).integer == 1
                guard partition < count || isKnown else { break }
                if try redis.command("EXISTS", keys.parkedIndex(generation, topic.name, partition)).integer == 1 {
                    found.append((topic.name, partition))
                }
                partition += 1
            }
        }
        return found
    }

    /// The offsets of one list in order, with their keys.
    func offsets(
        _ topic: String, _ partition: Int32, _ redis: inout RedisConnection
    ) throws -> [(offset: Int64, key: [UInt8]?)] {
        let members =
            try redis.command("ZRANGE", keys.parkedIndex(generation, topic, partition), "0", "-1").elements ?? []
        return members.compactMap { ParkedRecord.place(inIndex: $0.bytes ?? []) }
    }

    func record(
        _ topic: String, _ partition: Int32, _ offset: Int64, _ redis: inout RedisConnection
    ) throws -> ParkedRecord? {
        try redis.command("HGET", keys.parked(generation, topic, partition), "\(offset)").bytes
            .flatMap { ParkedRecord(bytes: $0) }
    }

    /// All of them with their reasons.
    func events(_ redis: inout RedisConnection) throws -> [ParkedEvent] {
        var events: [ParkedEvent] = []
        for (topic, partition) in try lists(&redis) {
            for (offset, key) in try offsets(topic, partition, &redis) {
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
