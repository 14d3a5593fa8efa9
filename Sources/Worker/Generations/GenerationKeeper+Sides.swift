import Bytes
import Projections
import Records
import Redis

// A worker that joins a generation of which claims, growth or about were lost: they follow from the definition and from the log,
// as far as it is safe to say so.
extension GenerationKeeper {
    /// Writes again what was lost, and reports it.
    ///
    /// Throws ``WorkerError`` if what was lost decides where events belong, and `RedisError`.
    func mend(_ text: String, _ redis: inout RedisConnection) throws {
        let sides = GenerationSides(plan)
        let loss = try sides.loss(&redis)
        guard !loss.isNone else { return }
        var commands = CommandBuffer()
        for claim in sides.claims where loss.views.contains(claim.view) {
            commands.command("HSET", KeySpace.claims, claim.field, claim.value)
        }
        var restored = loss
        restored.topics = []
        for topic in facts.topics where loss.topics.contains(topic.name) {
            guard try isKnown(topic, &redis) else { continue }
            commands.command("HSET", keys.growth, topic.name, "\(topic.partitions.count)")
            restored.topics.append(topic.name)
        }
        if loss.isAboutLost { appendAbout(isPartial: "unknown", to: &commands) }
        guard !restored.isNone else { return }
        let hold = GenerationHold(expected: [(keys.generation, Array(text.utf8))])
        let isWritten = try hold.perform(commands, watching: [KeySpace.claims], &redis) { redis in
            try refuseCollisions(try Claim.all(&redis))
        }
        if isWritten { report(sides.words(restored, from: "the definition and the log")) }
    }

    /// Whether nothing but the number of partitions is to be known of the topic: each has its checkpoint, and no event waits
    /// for one of its key in a partition before a growth. (One without a checkpoint halts when a lane reads it.)
    private func isKnown(_ topic: LogFacts.Topic, _ redis: inout RedisConnection) throws -> Bool {
        var commands = CommandBuffer()
        for partition in topic.partitions.indices {
            commands.command("EXISTS", keys.checkpoint(topic.name, Int32(partition)))
            commands.command("EXISTS", keys.parkedIndex(topic.name, Int32(partition)))
        }
        let found = try redis.roundTrip(commands).map { $0.integer == 1 }
        let isRead = stride(from: 0, to: found.count, by: 2).allSatisfy { found[$0] }
        let hasParked = stride(from: 1, to: found.count, by: 2).contains { found[$0] }
        guard isRead, hasParked, plan.isOrderDependent, topic.partitions.count > 1 else { return isRead }
        throw WorkerError(
            .halted,
            "projection \(plan.name): Redis has lost what \(keys.growth) held of topic \(topic.name). Events of it are parked, and "
                + "without that record it is not known whether later events of their keys, in partitions that were added, must "
                + "wait for them. Restore Redis's data, or build the views again with `lantern run --fresh \(plan.name)`."
        )
    }
}
