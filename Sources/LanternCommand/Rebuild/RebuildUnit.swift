import Configuration
import Formats
import Lantern
import Logging
import Projections
import Records
import Redis
import Worker

/// The projections of a file that share a home database, as `lantern rebuild` works on them.
struct RebuildUnit: Sendable {
    let home: Int
    let plans: [ProjectionPlan]
    let configuration: Configuration
    /// Which rows are kept; fewer than all for `verify --sample` alone.
    var sample = RowSample.all
    /// What a demonstration changes in the settings of each projection.
    var adjust: @Sendable (inout ProjectionSettings) -> Void = { _ in }

    /// The file's projections by home database, in the file's order.
    static func all(_ configuration: Configuration) -> [RebuildUnit] {
        var homes: [Int] = []
        for plan in configuration.projections {
            let home = configuration.database(of: plan.name)
            if !homes.contains(home) { homes.append(home) }
        }
        return homes.map { home in
            RebuildUnit(
                home: home, plans: configuration.projections.filter { configuration.database(of: $0.name) == home },
                configuration: configuration)
        }
    }

    var redis: RedisOptions { RedisOptions(configuration, clientName: "lantern-rebuild").selecting(home) }

    /// Without Kafka's facts it can find and remove builds, but not make one.
    func unit(withFacts: Bool, allowPartial: Bool = false) throws -> BuildUnit {
        let keepers = try plans.map { plan in
            var settings = ProjectionSettings(plan, in: configuration)
            settings.allowsPartial = allowPartial
            settings.builtBy = "lantern \(VersionCommand.version)"
            adjust(&settings)
            let facts = withFacts ? try settings.logFacts() : LogFacts(clusterID: nil, topics: [])
            return settings.keeper(facts)
        }
        return BuildUnit(keepers: keepers, home: home, spare: configuration.redis.spare)
    }

    /// What folds a build in this process.
    func runners(_ build: Build, _ log: Log) -> [ProjectionRunner] {
        let (limits, sample) = (configuration.limits, sample)
        return zip(plans, build.records).map { plan, record in
            var settings = ProjectionSettings(plan, in: configuration)
            settings.identifier = record.identifier
            adjust(&settings)
            let log = log.adding(["projection": .text(plan.name)])
            let lines = WorkerLog(log)
            return ProjectionRunner(
                settings: settings,
                makeProjectors: { generation in
                    let schemas = configuration.schemas(plan, of: generation, log)
                    return { makeProjector(plan, limits: limits, sample: sample, schemas: schemas) }
                },
                log: { lines.write($0) })
        }
    }
}
