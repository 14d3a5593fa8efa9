import Configuration
import Lantern
import Projections
import Records
import Redis
import Worker

/// A file's projections that share one home database, and where their generations are.
struct GenerationsSession: Sendable {
    let unit: RebuildUnit
    let options: RedisOptions
    var configuration: Configuration { unit.configuration }
    var plans: [ProjectionPlan] { unit.plans }
    var home: Int { unit.home }
    var names: [String] { plans.map(\.name) }
    var fingerprints: [String] { plans.map { fingerprint(of: $0) } }

    init(_ unit: RebuildUnit, clientName: String) {
        self.unit = unit
        options = RedisOptions(unit.configuration, clientName: clientName).selecting(unit.home)
    }

    /// One for each home database of a file.
    static func all(_ configuration: Configuration, clientName: String) -> [GenerationsSession] {
        RebuildUnit.all(configuration).map { GenerationsSession($0, clientName: clientName) }
    }

    /// The home database that has something beside it.
    ///
    /// Throws ``WorkerError`` naming the choices if it is not clear which one is meant.
    static func one(of configuration: Configuration, number: Int?, clientName: String) throws -> GenerationsSession {
        let sessions = all(configuration, clientName: clientName)
        if sessions.count == 1 { return sessions[0] }
        let candidates = try sessions.filter { session in
            var redis = try session.connect()
            return try !session.choice(number: number, &redis).others.isEmpty
        }
        if candidates.count == 1 { return candidates[0] }
        let homes = sessions.map { "\($0.home) (\($0.names.joined(separator: ", ")))" }.joined(separator: "; ")
        throw WorkerError(
            .failed,
            "the file has several home databases, and \(candidates.isEmpty ? "none" : "more than one") of them has generations beside it: \(homes). Use a file that has only the projections of one of them."
        )
    }

    /// What makes a build live.
    func promoter(_ subject: PromotionSubject) -> Promoter {
        let history = CommandHistory.entry("live: \(subject.numbers)")
        var promoter = Promoter(subject, history: history) { () throws(RedisError) in try connect() }
        promoter.kinds = kinds
        return promoter
    }

    func connect() throws(RedisError) -> RedisConnection { try .open(options) }

    func choice(number: Int?, _ redis: inout RedisConnection) throws -> GenerationChoice {
        let finder = GenerationFinder(home: home, spare: configuration.redis.spare)
        let places = try finder.places(of: names, &redis)
        var choice = GenerationChoice(home: home, projections: names, places: places, number: number)
        for database in choice.others {
            if try has(About.until, in: database, &redis) { choice.stopping.insert(database) }
            if try has(About.audit, in: database, &redis) { choice.audits.insert(database) }
        }
        return choice
    }

    private func has(_ field: String, in database: Int, _ redis: inout RedisConnection) throws -> Bool {
        try redis.command("SELECT", "\(database)")
        let values = try names.map { try redis.command("HGET", KeySpace(projection: $0).about, field) }
        try redis.command("SELECT", "\(home)")
        return values.contains { $0 != .null }
    }

    /// When each database ceased to be live.
    func liveUntil(_ choice: GenerationChoice, _ redis: inout RedisConnection) throws -> [Int: Int64] {
        var found: [Int: Int64] = [:]
        for database in choice.others {
            try redis.command("SELECT", "\(database)")
            for name in names {
                let text = try redis.command("HGET", KeySpace(projection: name).about, About.liveUntil).text
                if let time = text.flatMap({ Int64($0) }) { found[database] = max(found[database] ?? 0, time) }
            }
        }
        try redis.command("SELECT", "\(home)")
        return found
    }

    /// The unit with the definitions that are kept beside the generations of a database; nil if one was not kept, or
    /// cannot be read by this version: then this process cannot fold them.
    func stored(in database: Int, _ redis: inout RedisConnection) throws -> RebuildUnit? {
        try redis.command("SELECT", "\(database)")
        let texts = try names.map { try redis.command("HGET", KeySpace(projection: $0).about, About.definition).text }
        try redis.command("SELECT", "\(home)")
        let plans = zip(names, texts).compactMap { name, text in text.flatMap { try? StoredDefinition.plan(name, $0) } }
        return plans.count == names.count
            ? RebuildUnit(home: home, plans: plans, configuration: configuration) : nil
    }

    /// The kinds of the file's views, so that members of large ones can be counted.
    var kinds: [RowCensus.View: ViewKind] {
        var kinds: [RowCensus.View: ViewKind] = [:]
        for plan in plans {
            for view in plan.views { kinds[RowCensus.View(plan.name, view.name)] = view.kind }
        }
        return kinds
    }
}
