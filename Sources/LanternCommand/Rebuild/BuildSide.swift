import Configuration
import Projections
import Records
import Redis
import Worker

/// A build beside what is live, and the definitions of both.
struct BuildSide: Sendable {
    let unit: RebuildUnit
    let build: Build
    /// The definitions of what is live, as far as they were kept.
    let former: [ProjectionPlan]

    init(unit: RebuildUnit, build: Build) {
        (self.unit, self.build) = (unit, build)
        former = []
    }

    /// The build of a file's definition.
    ///
    /// Throws ``WorkerError`` naming the choices if it is not clear which one is meant.
    init(of configuration: Configuration, number: Int?) throws {
        let session = try GenerationsSession.one(of: configuration, number: number, clientName: "lantern-diff")
        var redis = try session.connect()
        let choice = try session.choice(number: number, &redis)
        let database = try choice.build(of: session.fingerprints)
        unit = session.unit
        build = Build(database: database, records: session.names.compactMap { choice.record(of: $0, in: database) })
        former = try session.plans.compactMap { plan in
            let text = try redis.command("HGET", KeySpace(projection: plan.name).about, About.definition).text
            return text.flatMap { try? StoredDefinition.plan(plan.name, $0) }
        }
    }
}
