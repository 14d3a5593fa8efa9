import Bytes
import Records
import Redis

/// The timestamp of each partition's first parked event. A record may be large, so it is read once.
struct OldestParked: Sendable {
    private struct Known {
        var generation: String
        var offset: Int64
        var timestamp: Int64
    }

    private var known: [String: Known] = [:]

    /// Fills `parkedSince` of the partitions of a generation.
    mutating func fill(
        _ partitions: inout [StoredPartition], of generation: String, _ keys: KeySpace, _ redis: inout RedisConnection
    ) throws(RedisError) {
        let places = partitions.indices.filter { partitions[$0].parked > 0 }
        guard !places.isEmpty else { return }
        var commands = CommandBuffer()
        for index in places {
            commands.command("ZRANGE", keys.parkedIndex(partitions[index].topic, partitions[index].partition), "0", "0")
        }
        let replies = try redis.roundTrip(commands)
        for (index, reply) in zip(places, replies) {
            let (topic, partition) = (partitions[index].topic, partitions[index].partition)
            let name = "\(keys.projection) \(topic)-\(partition)"
            guard let offset = ParkedRecord.place(inIndex: reply.elements?.first?.bytes)?.offset else { continue }
            if let before = known[name], before.generation == generation, before.offset == offset {
                partitions[index].parkedSince = before.timestamp
                continue
            }
            // A worker may have taken it meanwhile.
            let bytes = try redis.command("HGET", keys.parked(topic, partition), "\(offset)").bytes
            guard let record = bytes.flatMap({ ParkedRecord(bytes: $0) }) else { continue }
            known[name] = Known(generation: generation, offset: offset, timestamp: record.timestamp)
            partitions[index].parkedSince = record.timestamp
        }
    }
}
