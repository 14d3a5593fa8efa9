import Bytes
import Records
import Redis

/// Which partitions of a build, of all its projections, have not come to where live is.
enum BuildBacklog {
    private struct Place {
        var key: String
        /// Where a build as of then stops.
        var stop: Int64?
    }

    /// How many there are; `redis` is in the build's database and stays there.
    static func count(home: Int, _ redis: inout RedisConnection) throws -> Int {
        let places = try places(&redis)
        guard !places.isEmpty else { return 0 }
        let read = ["MGET"] + places.map(\.key)
        let replies = try redis.roundTrip(words: [
            read, ["SELECT", "\(home)"], read, ["SELECT", "\(redis.options.address.database)"],
        ])
        for case .error(let text) in replies { throw RedisError.reply(text, to: "MGET") }
        func next(_ value: RedisValue) -> Int64? { value.bytes.flatMap { Checkpoint(text: $0) }?.next }
        let (own, live) = (replies[0].elements ?? [], replies[2].elements ?? [])
        return zip(places, zip(own, live)).count { place, pair in
            guard let end = next(pair.1) else { return false }
            return next(pair.0) ?? 0 < min(end, place.stop ?? .max)
        }
    }

    /// Every partition that the database's generations know.
    private static func places(_ redis: inout RedisConnection) throws -> [Place] {
        let keys = Set(try Claim.all(&redis).map(\.projection)).sorted().map { KeySpace(projection: $0) }
        let replies = try redis.roundTrip(
            words: keys.flatMap { [["HGETALL", $0.growth], ["HGET", $0.about, About.until]] })
        return keys.enumerated().flatMap { index, keys in
            let growth = GrowthRecord(replies[2 * index].elements ?? [])
            let stops = replies[2 * index + 1].text.flatMap { StopOffsets(text: $0) } ?? StopOffsets()
            return growth.topics.flatMap { topic in
                (0..<(growth.known(topic) ?? 0)).map { partition in
                    Place(key: keys.checkpoint(topic, partition), stop: stops[topic, partition])
                }
            }
        }
    }
}
