import Records
import Redis
import Worker

/// One generation as `lantern generations` shows it.
struct GenerationSummary: Encodable {
    let projection: String
    let number: Int
    let id: String
    let database: Int
    /// `open`, `draining` or `dropping`.
    let state: String
    /// Whether it is what readers see.
    let live: Bool
    /// Whether it is less than a second's events behind live.
    let caughtUp: Bool
    /// How many events it is behind live; nil if that cannot be said.
    let lag: Int64?
    let rows: Int
    let fingerprint: String
    let version: String?
    let builtBy: String?
    let promotedAt: Int64?
    let liveUntil: Int64?
    /// Whether it is the generation of the file's definition.
    let isOfThisFile: Bool

    enum CodingKeys: String, CodingKey {
        case projection, number, id, database, state, live, caughtUp, lag, rows, fingerprint, version, builtBy,
            promotedAt
        case liveUntil, isOfThisFile = "thisFile"
    }
}

extension GenerationsSession {
    /// All generations of the file's projections, live ones first; it only reads.
    func summaries() throws -> [GenerationSummary] {
        var redis = try connect()
        let choice = try choice(number: nil, &redis)
        var summaries: [GenerationSummary] = []
        for database in [home] + choice.others {
            let subject = try PromotionSubject.read(names, home: home, database: database, &redis)
            let facts = try PromotionFacts.readProgress(subject, &redis)
            try redis.command("SELECT", "\(database)")
            let census = try RowCensus(kinds: kinds, &redis)
            for (name, fingerprint) in zip(names, fingerprints) {
                guard let record = choice.record(of: name, in: database) else { continue }
                let partitions = facts.partitions.filter { $0.projection == name }
                let rows = census.rows.filter { $0.key.projection == name }.values.reduce(0, +)
                summaries.append(
                    try summary(
                        name, record, database, partitions, rows, isOfThisFile: record.fingerprint == fingerprint,
                        &redis))
            }
            try redis.command("SELECT", "\(home)")
        }
        return summaries
    }

    private func summary(
        _ name: String, _ record: GenerationRecord, _ database: Int, _ partitions: [PromotionFacts.Partition],
        _ rows: Int, isOfThisFile: Bool, _ redis: inout RedisConnection
    ) throws -> GenerationSummary {
        let fields = [About.version, About.builtBy, About.promotedAt, About.liveUntil]
        let about =
            try redis.command(
                (["HMGET", KeySpace(projection: name).about] + fields).map { Array($0.utf8) }
            ).elements?.map(\.text) ?? []
        func field(_ index: Int) -> String? { index < about.count ? about[index] : nil }
        let lags = partitions.map(\.lag)
        let lag = lags.contains(nil) ? nil : lags.reduce(0) { $0 + max(0, $1 ?? 0) }
        let isLive = database == home
        return GenerationSummary(
            projection: name, number: record.number, id: record.identifier, database: database,
            state: record.state.rawValue, live: isLive,
            caughtUp: isLive || !partitions.isEmpty && partitions.allSatisfy(Self.isCaughtUp), lag: isLive ? 0 : lag,
            rows: rows, fingerprint: record.fingerprint, version: field(0), builtBy: field(1),
            promotedAt: field(2).flatMap { Int64($0) }, liveUntil: field(3).flatMap { Int64($0) },
            isOfThisFile: isOfThisFile)
    }

    /// Less than a second's events: by the records' times.
    private static func isCaughtUp(_ partition: PromotionFacts.Partition) -> Bool {
        guard let live = partition.live, let build = partition.build else { return false }
        return build.next >= live.next || build.time >= 0 && live.time - build.time < 1_000
    }
}
