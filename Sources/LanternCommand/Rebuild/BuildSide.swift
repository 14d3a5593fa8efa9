import Configuration
import Projections
import Records
import Redis
import Worker

/// The build of a file's definition beside what is live: which one a command means that names none.
struct BuildSide {
    let unit: RebuildUnit
    let build: Build
    /// The definitions of what is live, as far as they were kept.
    let former: [ProjectionPlan]

    init(unit: RebuildUnit, build: Build) {
        (self.unit, self.build) = (unit, build)
        former = []
    }

    /// Throws ``WorkerError`` naming the choices if it is not clear.
    init(_ units: [RebuildUnit], number: Int?) throws {
        var found: [(unit: RebuildUnit, build: Build)] = []
        var present: [String] = []
        for unit in units {
            var redis = try RedisConnection.open(unit.redis)
            let finder = GenerationFinder(home: unit.home, spare: unit.configuration.redis.spare)
            let places = try finder.places(of: unit.plans.map(\.name), &redis)
            for database in Set(places.joined().map(\.database)).sorted() {
                let records = places.map { places in places.first { $0.database == database }?.record }
                let numbers = zip(unit.plans, records).compactMap { plan, record in
                    record.map { "\(plan.name) generation \($0.number)" }
                }
                present.append(
                    "\(database == unit.home ? "live" : "database \(database)"): \(numbers.joined(separator: ", "))")
                guard database != unit.home, let build = Self.build(unit, database, records, number) else { continue }
                found.append((unit, build))
            }
        }
        guard found.count == 1, let only = found.first else {
            let there = present.isEmpty ? "there is no generation yet" : present.joined(separator: "; ")
            throw WorkerError(
                .failed,
                found.isEmpty
                    ? "there is no build of this file's definition\(number.map { " with number \($0)" } ?? "") beside what is live (\(there)). Start one with `lantern rebuild`."
                    : "there is more than one build of this file's definition (\(there)). Choose with `--generation N`."
            )
        }
        (unit, build) = only
        var redis = try RedisConnection.open(only.unit.redis)
        former = try only.unit.plans.compactMap { plan in
            let text = try redis.command("HGET", KeySpace(projection: plan.name).about, About.definition).text
            return text.flatMap { try? StoredDefinition.plan(plan.name, $0) }
        }
    }

    /// What one database holds, if it is the build that is meant.
    private static func build(
        _ unit: RebuildUnit, _ database: Int, _ records: [GenerationRecord?], _ number: Int?
    ) -> Build? {
        let open = zip(unit.plans, records).compactMap { plan, record -> GenerationRecord? in
            guard let record, record.state == .open, record.fingerprint == fingerprint(of: plan) else { return nil }
            return record
        }
        guard open.count == unit.plans.count, number == nil || open.contains(where: { $0.number == number }) else {
            return nil
        }
        return Build(database: database, records: open)
    }
}
