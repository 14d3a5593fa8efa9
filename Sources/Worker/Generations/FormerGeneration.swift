import Bytes
public import Records
public import Redis

/// A generation that was live until a promotion put another one in its place, and that nobody builds on.
public struct FormerGeneration: Sendable, Hashable {
    public var projection: String
    public var database: Int
    public var record: GenerationRecord
    /// By Redis's clock, in milliseconds since 1970.
    public var liveUntil: Int64

    /// For messages and the history.
    public var name: String { "\(projection) \(record.number) in database \(database)" }

    /// Those of the projections; `redis` is in the home database and stays there.
    public static func all(
        of projections: [String], _ finder: GenerationFinder, _ redis: inout RedisConnection
    ) throws -> [FormerGeneration] {
        let places = try finder.places(of: projections, &redis)
        let beside = zip(projections, places).flatMap { name, places in
            places.filter { $0.database != finder.home }.map { (name: name, place: $0) }
        }
        guard !beside.isEmpty else { return [] }
        var words: [[String]] = []
        for each in beside {
            words.append(["SELECT", "\(each.place.database)"])
            words.append(["HGET", KeySpace(projection: each.name).about, About.liveUntil])
        }
        let replies = try redis.roundTrip(words: words + [["SELECT", "\(finder.home)"]])
        for case .error(let text) in replies { throw RedisError.reply(text, to: "a look at the former generations") }
        return beside.enumerated().compactMap { index, each in
            guard let time = replies[2 * index + 1].text.flatMap({ Int64($0) }) else { return nil }
            return FormerGeneration(
                projection: each.name, database: each.place.database, record: each.place.record, liveUntil: time)
        }
    }
}
