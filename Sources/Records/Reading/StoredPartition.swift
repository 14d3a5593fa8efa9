import Bytes
public import Redis

/// What Redis holds of a partition.
public struct StoredPartition: Sendable, Equatable {
    public var topic: String
    public var partition: Int32
    public var next: Int64?
    /// The timestamp of the last record that was passed, in milliseconds since 1970; nil before the first.
    public var time: Int64?
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
    /// The timestamp of the first parked event, in milliseconds since 1970; nil: there is none, or it was not asked for.
    public var parkedSince: Int64?
    public var rewinds: Int64 = 0

    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// Reads these partitions of the generation with that identifier, in one round trip.
    public static func read(
        _ places: [(topic: String, partition: Int32)], of identifier: String, _ keys: KeySpace,
        _ redis: inout RedisConnection
    ) throws(RedisError) -> [StoredPartition] {
        guard !places.isEmpty else { return [] }
        var commands = CommandBuffer()
        commands.begin(1 + places.count)
        commands.argument("MGET")
        for place in places { commands.argument(text: keys.checkpoint(place.topic, place.partition)) }
        commands.begin(2 + 3 * places.count)
        commands.argument("HMGET")
        commands.argument(text: keys.about)
        for place in places {
            commands.argument(text: About.state(identifier, place.topic, place.partition))
            commands.argument(text: About.rewinds(identifier, place.topic, place.partition))
            commands.argument(text: About.start(place.topic, place.partition))
        }
        commands.begin(2 + places.count)
        commands.argument("HMGET")
        commands.argument(text: keys.damage)
        for place in places { commands.argument(text: DamageRecord.field(identifier, place.topic, place.partition)) }
        for place in places { commands.command("ZCARD", keys.parkedIndex(place.topic, place.partition)) }
        let replies = try redis.roundTrip(commands)
        for reply in replies { if case .error(let text) = reply { throw .reply(text, to: "MGET") } }
        let (checkpoints, about) = (replies[0].elements ?? [], replies[1].elements ?? [])
        let damage = replies[2].elements ?? []
        return places.indices.map { index in
            var stored = StoredPartition(places[index].topic, places[index].partition)
            stored.take(
                checkpoint: checkpoints[index], about: about[(3 * index)..<(3 * index + 3)], damage: damage[index],
                parked: replies[3 + index])
            return stored
        }
    }

    private mutating func take(
        checkpoint: RedisValue, about: ArraySlice<RedisValue>, damage: RedisValue, parked: RedisValue
    ) {
        let checkpoint = checkpoint.bytes.flatMap { Checkpoint(text: $0) }
        next = checkpoint?.next
        time = checkpoint.flatMap { $0.time >= 0 ? $0.time : nil }
        note = about[about.startIndex].text
        rewinds = about[about.startIndex + 1].text.flatMap { Int64($0) } ?? 0
        start = about[about.startIndex + 2].text.flatMap { Int64($0) }
        let record = damage.text.map { DamageRecord(text: $0) }
        if let record, record.holds(at: next ?? .max) { self.damage = record.words }
        self.parked = parked.integer ?? 0
    }
}
