public import Redis

/// What Redis holds of a partition.
public struct StoredPartition: Sendable, Equatable {
    public var next: Int64?
    /// Whether a missing checkpoint is a loss: the generation had one for this partition.
    public var isExpected = true
    /// Whether the topic has fewer partitions than the generation knows.
    public var isGone = false
    /// What a worker last noted of it: `projecting`, `refused …` or `halted …`.
    public var note: String?
    /// The words of a damage record that still holds.
    public var damage: String?
    /// Where `--allow-partial` began.
    public var start: Int64?
    public var parked: Int64 = 0
    public var rewinds: Int64 = 0

    public init() {}

    /// Reads the partition of the generation with that identifier.
    public init(
        _ topic: String, _ partition: Int32, of identifier: String, _ keys: KeySpace, _ redis: inout RedisConnection
    ) throws {
        let checkpoint = try redis.command("GET", keys.checkpoint(topic, partition)).bytes
        next = checkpoint.flatMap { Checkpoint(text: $0) }?.next
        let about =
            try redis.command(
                "HMGET", keys.about, About.state(identifier, topic, partition),
                About.rewinds(identifier, topic, partition),
                About.start(topic, partition)
            ).elements ?? []
        guard about.count == 3 else { return }
        note = about[0].text
        rewinds = about[1].text.flatMap { Int64($0) } ?? 0
        start = about[2].text.flatMap { Int64($0) }
        let field = DamageRecord.field(identifier, topic, partition)
        let damage = try redis.command("HGET", keys.damage, field).text.map { DamageRecord(text: $0) }
        if let damage, damage.holds(at: next ?? .max) { self.damage = damage.words }
        parked = try redis.command("ZCARD", keys.parkedIndex(topic, partition)).integer ?? 0
    }
}
