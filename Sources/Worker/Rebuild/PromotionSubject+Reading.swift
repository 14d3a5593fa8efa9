import Records
public import Redis

extension PromotionSubject {
    /// The generations of both databases as they are now; of the projections that the build has.
    public static func read(
        _ projections: [String], home: Int, database: Int, _ redis: inout RedisConnection
    ) throws -> PromotionSubject {
        let keys = projections.map { KeySpace(projection: $0) }
        let reads = keys.flatMap { [["GET", $0.generation], ["HKEYS", $0.growth]] }
        let replies = try redis.roundTrip(
            words: reads + [["SELECT", "\(database)"]] + reads + [["SELECT", "\(home)"]])
        let refused = replies.first { if case .error = $0 { true } else { false } }
        if case .error(let text)? = refused { throw RedisError.reply(text, to: "a look at database \(database)") }
        let live = Array(replies.prefix(reads.count))
        let build = Array(replies.dropFirst(reads.count + 1))
        var subject = PromotionSubject(home: home, database: database, projections: [])
        for (index, name) in projections.enumerated() {
            guard let record = build[2 * index].bytes.flatMap({ GenerationRecord(bytes: $0) }) else { continue }
            let topics = Set(topics(live[2 * index + 1])).union(topics(build[2 * index + 1]))
            subject.projections.append(
                Projection(
                    name: name, live: live[2 * index].bytes.flatMap { GenerationRecord(bytes: $0) }, build: record,
                    topics: topics.sorted()))
        }
        return subject
    }

    /// The growth record's fields that are names of topics: the others have a colon.
    private static func topics(_ reply: RedisValue) -> [String] {
        (reply.elements ?? []).compactMap(\.text).filter { !$0.contains(":") }
    }
}
