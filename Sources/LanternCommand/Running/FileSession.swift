import Configuration
import Formats
import Lantern
import Logging
import Projections
import Redis
import Worker

extension WorkerSession {
    /// All projections of a file; `adjust` sees the settings of each before it is made.
    convenience init(
        _ configuration: Configuration, log: Log? = nil, adjust: (inout ProjectionSettings) -> Void = { _ in }
    ) {
        let log = log ?? Log(configuration.log, on: Console.messages)
        let limits = configuration.limits
        let runners = configuration.projections.map { plan in
            var settings = ProjectionSettings(plan, in: configuration)
            settings.builtBy = "lantern \(VersionCommand.version)"
            adjust(&settings)
            let log = log.adding(["projection": .text(plan.name)])
            let lines = WorkerLog(log)
            return ProjectionRunner(
                settings: settings,
                makeProjectors: { generation in
                    let schemas = configuration.schemas(plan, of: generation, log)
                    return { makeProjector(plan, limits: limits, schemas: schemas) }
                },
                log: { lines.write($0) })
        }
        self.init(
            runners, redis: RedisOptions(configuration, clientName: "lantern"),
            limits: limits, log: log, version: VersionCommand.version)
    }
}
