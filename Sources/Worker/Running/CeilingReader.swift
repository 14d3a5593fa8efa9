import Projections
import Records
import Redis
import System

/// Reads how far the live generation has come: what is not live never reads past it, and so can meet it exactly.
struct CeilingReader: ~Copyable {
    /// How often it asks while the build is near, and while it is far behind.
    private static let near: Int64 = 50
    private static let far: Int64 = 500
    /// So many events are near.
    private static let nearEvents: Int64 = 50_000

    private var redis: RedisConnection?
    private var nextLook: Int64 = 0

    /// The live checkpoints' next offsets; nil: not now, or Redis does not tell, and the lanes keep what they have.
    ///
    /// `own` is the build's identifier: once it is the live one it has no ceilings. `reached` is how far the build is, in
    /// events of all partitions.
    mutating func read(
        _ settings: ProjectionSettings, _ partitions: [(topic: Int, partition: Int32)], besides own: String,
        reached: Int64, now: Int64
    ) -> [Ceiling]? {
        guard now >= nextLook else { return nil }
        let now = Clock.milliseconds()
        nextLook = now + Self.near
        let keys = KeySpace(projection: settings.plan.name)
        let names = partitions.map { keys.checkpoint(settings.plan.topics[$0.topic].name, $0.partition) }
        do {
            if redis == nil { redis = try RedisConnection.open(settings.redis) }
            let command = (["MGET", keys.generation] + names).map { Array($0.utf8) }
            let values = try redis?.command(command).elements ?? []
            guard values.count == names.count + 1,
                let live = values[0].bytes.flatMap({ GenerationRecord(bytes: $0) }), live.identifier != own
            else { return nil }
            let ceilings = zip(partitions, values.dropFirst()).map { place, value in
                let checkpoint = value.bytes.flatMap { Checkpoint(text: $0) }
                return Ceiling(topic: place.topic, partition: place.partition, next: checkpoint?.next ?? 0)
            }
            let left = ceilings.reduce(0) { $0 + $1.next } - reached
            if left > Self.nearEvents { nextLook = now + Self.far }
            return ceilings
        } catch {
            redis = nil
            return nil
        }
    }
}
