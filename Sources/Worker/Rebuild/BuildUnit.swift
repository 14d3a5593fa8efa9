import Bytes
public import Projections
public import Records
public import Redis

/// The projections of one home database: they are built together in another one, and promoted together.
public struct BuildUnit: Sendable {
    /// In the file's order.
    public let keepers: [GenerationKeeper]
    public let finder: GenerationFinder
    /// Databases that a build may take, the first first; nil: the highest empty one.
    public let spare: [Int]?

    public init(keepers: [GenerationKeeper], home: Int, spare: [Int]?) {
        self.keepers = keepers
        self.spare = spare
        finder = GenerationFinder(home: home, spare: spare)
    }

    public var names: [String] { keepers.map(\.plan.name) }

    /// A build for messages and the history: `orders 2, customers 2 in database 15`.
    public func words(_ build: Build) -> String {
        let numbers = zip(names, build.records).map { "\($0) \($1.number)" }.joined(separator: ", ")
        return "\(numbers) in database \(build.database)"
    }

    /// The open build of exactly these definitions that stops where it should; the newest if there are several, or the one
    /// in `database`.
    public func existing(
        in database: Int? = nil, until stops: StopOffsets = StopOffsets(), _ redis: inout RedisConnection
    ) throws -> Build? {
        try builds(in: database, &redis).filter { build in
            var other = try RedisConnection.open(redis.options.selecting(build.database))
            return try keepers.allSatisfy { keeper in
                let fields = try other.command("HMGET", keeper.keys.about, About.until, About.audit).elements ?? []
                let own = stops.limited(to: keeper.plan.topics.map(\.name)).text
                return fields.first?.text ?? "" == own && fields.last == .null
            }
        }.max { ($0.records.first?.number ?? 0) < ($1.records.first?.number ?? 0) }
    }

    /// Every open build of exactly these definitions, wherever it stops, or the one in `database`.
    public func builds(in database: Int? = nil, _ redis: inout RedisConnection) throws -> [Build] {
        let places = try finder.places(of: names, &redis)
        return finder.others.filter { database == nil || $0 == database }.compactMap { number -> Build? in
            let records = zip(keepers, places).compactMap { keeper, places in
                places.first {
                    $0.database == number && $0.record.fingerprint == keeper.fingerprint && $0.record.state == .open
                }?.record
            }
            return records.count == keepers.count ? Build(database: number, records: records) : nil
        }
    }

    /// Makes a build in an empty database; the next worker or `lantern rebuild` folds it.
    ///
    /// One transaction under WATCH of every key that another builder writes first: two never take the same database.
    ///
    /// - Parameters:
    ///   - wanted: the database to take; nil: the first of `spare` that is empty.
    ///   - stops: where a build as of then stops.
    ///   - audit: for `verify` alone, the rows that it keeps; nobody else goes on with such a build.
    public func create(
        in wanted: Int?, until stops: StopOffsets = StopOffsets(), audits audit: RowSample? = nil,
        _ redis: inout RedisConnection
    ) throws -> Build {
        let places = try finder.places(of: names, &redis)
        var records: [GenerationRecord] = []
        var commands = CommandBuffer()
        for (keeper, places) in zip(keepers, places) {
            let record = keeper.newRecord(number: 1 + (places.map(\.record.number).max() ?? 0))
            records.append(record)
            let inheritance = try Inheritance(keeper.keys, withLedger: true, &redis)
            keeper.appendCreation(of: record, inheriting: inheritance, to: &commands)
            let own = stops.limited(to: keeper.plan.topics.map(\.name))
            if !own.isEmpty { commands.command("HSET", keeper.keys.about, About.until, own.text) }
            if let audit { commands.command("HSET", keeper.keys.about, About.audit, "1/\(audit.share)") }
        }
        let hold = GenerationHold(expected: keepers.map { ($0.keys.generation, nil) })
        for database in try candidates(wanted, &redis) {
            var other = try RedisConnection.open(redis.options.selecting(database))
            do {
                let isMade = try hold.perform(commands, watching: [KeySpace.claims], &other) { redis in
                    guard try redis.command("DBSIZE").integer == 0 else { throw IsTaken() }
                }
                if isMade { return Build(database: database, records: records) }
            } catch is IsTaken {
                continue
            }
        }
        throw WorkerError(.refused, "another program took the spare database at this moment: run it again.")
    }

    private struct IsTaken: Error {}

    /// The empty databases that may be taken, the first first; throws if there is none.
    func candidates(_ wanted: Int?, _ redis: inout RedisConnection) throws -> [Int] {
        let sizes = try finder.sizes(&redis).filter { $0.database != finder.home }
        let place = "Redis at \(redis.options.address)"
        if let wanted {
            guard wanted != finder.home else {
                throw WorkerError(.refused, "database \(wanted) holds the live views: build in another one.")
            }
            guard let size = sizes.first(where: { $0.database == wanted }) else {
                throw WorkerError(
                    .refused, "\(place) has no database \(wanted), or its user may not SELECT it. Nothing was built.")
            }
            guard size.keys == 0 else {
                throw WorkerError(
                    .refused,
                    "database \(wanted) is not empty (\(size.keys) keys): a build takes an empty one. Nothing was built."
                )
            }
            return [wanted]
        }
        guard !sizes.isEmpty else {
            throw WorkerError(
                .refused,
                "\(place) has no second database, or its user may not SELECT one, so nothing can be built beside the live views. Set `databases` in Redis's configuration (or grant +select), or build in place, with downtime: `lantern run --fresh PROJECTION`."
            )
        }
        let empty = sizes.filter { $0.keys == 0 }.map(\.database)
        let allowed = spare.map { spare in spare.filter { empty.contains($0) } } ?? empty.sorted(by: >)
        guard !allowed.isEmpty else {
            let words = spare.map { "of `spare` (\($0.map(String.init).joined(separator: ", ")))" } ?? "of \(place)"
            throw WorkerError(
                .refused,
                "no database \(words) is empty, and a build takes an empty one. Remove what is no longer needed: `lantern drop` removes generations that are not live. Nothing was built."
            )
        }
        return allowed
    }

    /// Removes the build of these definitions, whoever folds it, also what an interrupted removal left; returns the
    /// generations that were removed.
    ///
    /// A generation that was live before the present one is no build, whatever its definition.
    public func abort(
        in database: Int? = nil, _ redis: inout RedisConnection
    ) throws -> [(projection: String, record: GenerationRecord)] {
        let places = try finder.places(of: names, &redis)
        var removed: [(projection: String, record: GenerationRecord)] = []
        for (keeper, places) in zip(keepers, places) {
            let live = places.first { $0.database == finder.home }?.record.number ?? 0
            for place in places
            where place.database != finder.home && place.record.fingerprint == keeper.fingerprint
                && place.record.number > live && (database == nil || place.database == database)
            {
                removed.append((keeper.plan.name, place.record))
                var other = try RedisConnection.open(redis.options.selecting(place.database))
                var driver = try GenerationDriver(
                    keeper.plan.name, goal: .nothing, only: place.record.identifier, &other)
                try driver.run(&other)
            }
        }
        return removed
    }

    /// Whether some projection's live generation has another definition.
    public func hasChanges(_ redis: inout RedisConnection) throws -> Bool {
        try zip(keepers, finder.places(of: names, &redis)).contains { keeper, places in
            places.contains { $0.database == finder.home && $0.record.fingerprint != keeper.fingerprint }
        }
    }
}
