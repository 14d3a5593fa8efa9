import Bytes
import Projections
import Records
import Redis

// A topic gains partitions, any number of times. The generation's growth record holds, for each topic, how many partitions
// are known (`TOPIC`), for each growth from N partitions the ends of those N when it was seen (`TOPIC:ends-before-N`),
// and which partitions were added (`TOPIC:added-P`).
extension GenerationKeeper {
    /// What Kafka reports when a growth is recorded; nil if it does not reply.
    struct GrownTopic {
        var partitionCount: () -> Int?
        /// The high watermarks of the first partitions: a transaction that is still open holds older events too.
        var ends: (Range<Int32>) -> [Int64]?
    }

    /// A partition of the generation without a checkpoint: added to the topic since, or lost?
    func resolveMissing(
        topic: String, partition: Int32, text: String, log: GrownTopic, _ redis: inout RedisConnection
    ) throws -> MissingCheckpoint {
        let name = "\(topic)-\(partition)"
        let growth = keys.growth
        guard let known = try redis.command("HGET", growth, topic).text.flatMap({ Int32($0) }) else {
            return .halt(
                "\(name): neither its checkpoint nor the record of \(topic)'s partitions is in Redis: some of Redis's data was lost. "
                    + "Restore it, or build the views again with `lantern run --fresh \(plan.name)`.")
        }
        if partition >= known {
            guard try recordGrowth(of: topic, from: known, to: partition, text, log, &redis) else {
                return .wait
            }
        }
        // A partition is new once: what was added and then lost is not read again from its beginning.
        let record = GrowthRecord(try redis.command("HGETALL", growth).elements ?? [])
        guard !record.isAdded(partition, of: topic), let older = record.endsBefore(partition, of: topic) else {
            return .halt(
                "\(name): its checkpoint is missing from Redis although its generation is there: it was deleted or lost. Nothing is projected again over existing rows. Restore it, or build the views again with `lantern run --fresh \(plan.name)`."
            )
        }
        // Where order matters a key's new home waits until its old one has passed the growth.
        if plan.isOrderDependent {
            for (old, end) in older.enumerated() where end > 0 {
                let checkpoint = try redis.command("GET", keys.checkpoint(topic, Int32(old))).bytes
                guard let next = checkpoint.flatMap({ Checkpoint(text: $0) })?.next, next >= end else { return .wait }
            }
        }
        return try add(topic, partition, text, &redis)
    }

    /// Notes how many partitions there are now, and where the older ones end; false: not now.
    private func recordGrowth(
        of topic: String, from known: Int32, to partition: Int32, _ text: String, _ log: GrownTopic,
        _ redis: inout RedisConnection
    ) throws -> Bool {
        guard let count = log.partitionCount(), count > partition, let ends = log.ends(0..<known) else { return false }
        let growth = keys.growth
        try redis.command("WATCH", keys.generation, growth)
        guard try redis.command("GET", keys.generation).text == text,
            try redis.command("HGET", growth, topic).text == "\(known)"
        else {
            try redis.command("UNWATCH")
            return false
        }
        var commands = CommandBuffer()
        commands.command("MULTI")
        commands.command(
            "HSET", growth, topic, "\(count)", "\(topic):ends-before-\(known)",
            ends.map { "\($0)" }.joined(separator: " "))
        commands.command("EXEC")
        return try isApplied(commands, &redis)
    }

    private func add(
        _ topic: String, _ partition: Int32, _ text: String, _ redis: inout RedisConnection
    ) throws -> MissingCheckpoint {
        let checkpoint = keys.checkpoint(topic, partition)
        try redis.command("WATCH", keys.generation, checkpoint)
        guard try redis.command("GET", keys.generation).text == text,
            try redis.command("EXISTS", checkpoint).integer == 0
        else {
            try redis.command("UNWATCH")
            return .wait
        }
        var commands = CommandBuffer()
        commands.command("MULTI")
        commands.begin(3)
        commands.argument("SET")
        commands.argument(text: checkpoint)
        commands.argument(Checkpoint(next: 0, confirmed: 0, writer: "growth").text)
        commands.command("HSET", keys.growth, "\(topic):added-\(partition)", "yes")
        commands.command("EXEC")
        return try isApplied(commands, &redis) ? .created : .wait
    }

    private func isApplied(_ commands: borrowing CommandBuffer, _ redis: inout RedisConnection) throws -> Bool {
        guard case .array(let results)? = try redis.roundTrip(commands).last else { return false }
        return !results.contains { if case .error = $0 { true } else { false } }
    }
}
