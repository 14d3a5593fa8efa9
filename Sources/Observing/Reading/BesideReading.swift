import Bytes
import Records
import Redis

/// What Redis holds of a generation beside the live one.
struct BesideReading: Sendable, Equatable {
    var place: GenerationPlace
    /// When it ceased to be live, by Redis's clock in milliseconds since 1970; nil: it never was.
    var liveUntil: Int64?
    /// When it was made, in milliseconds since 1970; nil: by a version that did not note it.
    var builtAt: Int64?
    /// Events a second that it folded while it was built.
    var rate: Double?
    /// The next offsets; nil where there is no checkpoint.
    var next: [Int64?] = []

    /// Reads those at `places`, and their checkpoints at `partitions`, in one round trip; the connection is in `home` and stays
    /// there.
    static func read(
        _ places: [GenerationPlace], _ partitions: [StoredPartition], _ keys: KeySpace, home: Int,
        _ redis: inout RedisConnection
    ) throws -> [BesideReading] {
        guard !places.isEmpty else { return [] }
        var commands = CommandBuffer()
        for place in places {
            commands.command("SELECT", "\(place.database)")
            commands.command("HMGET", keys.about, About.liveUntil, About.builtAt, About.buildRate)
            commands.begin(2 + partitions.count)
            commands.argument("MGET")
            // The record first: a promotion may have exchanged the databases.
            commands.argument(text: keys.generation)
            for each in partitions { commands.argument(text: keys.checkpoint(each.topic, each.partition)) }
        }
        commands.command("SELECT", "\(home)")
        let replies = try redis.roundTrip(commands)
        if case .error(let text)? = replies.last { throw RedisError.reply(text, to: "SELECT \(home)") }
        return places.indices.compactMap { index in
            let about = replies[3 * index + 1].elements?.map(\.text) ?? []
            let values = replies[3 * index + 2].elements ?? []
            let record = values.first?.bytes.flatMap { GenerationRecord(bytes: $0) }
            guard record?.identifier == places[index].record.identifier, about.count == 3 else { return nil }
            var reading = BesideReading(place: places[index])
            reading.liveUntil = about[0].flatMap { Int64($0) }
            reading.builtAt = about[1].flatMap { Int64($0) }
            reading.rate = about[2].flatMap { Double($0) }
            reading.next = values.dropFirst().map { $0.bytes.flatMap { Checkpoint(text: $0) }?.next }
            return reading
        }
    }
}
