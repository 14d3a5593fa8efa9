internal import Configuration
internal import Gateway
internal import Kafka
internal import Logging
internal import Observing
internal import Projections
internal import Redis
internal import System
internal import Worker

/// Runs projections in Swift as a worker.
public enum LanternProgram {
    /// Says whether `projection` could run: the first line that a worker would stop with, or nil.
    public static func fault(of projection: some Projection) -> String? {
        do throws(ProjectionError) {
            _ = try SwiftProjector(projection)
            return nil
        } catch {
            return error.description
        }
    }

    /// Runs `projection` until SIGINT or SIGTERM, or with `untilEnd` until the ends that the partitions have now.
    ///
    /// The settings are those of a YAML file, by its names and with its defaults, ranges and messages (<doc:Operations>):
    ///
    /// - kafka: librdkafka's properties, such as `["bootstrap.servers": "localhost:9092"]`.
    /// - redis: `["url": "redis://localhost:6379"]`, and `user`, `password-file`, `tls.ca`, `tls.cert`, `tls.key`.
    /// - registry: where the schemas of Avro and Protobuf are, such as `["url": "https://registry:8081"]`, and `user`,
    ///   `password-file`, `tls.ca`, `tls.cert`, `tls.key` (<doc:Schemas>).
    /// - worker: such as `["lanes": "4"]`.
    /// - limits: such as `["commands-per-transaction": "500", "record-bytes": "8MiB"]`.
    /// - log: `level` and `format`.
    /// - gateway: such as `["listen": "127.0.0.1:8080"]`; without it nothing listens (<doc:Gateway>).
    /// - fresh: removes the projection's rows, without asking, and builds them again from the log: after its `version` was
    ///   raised, and wherever a message names `lantern run --fresh`.
    /// - allowPartial: starts although a topic's first events are gone.
    /// - acceptCluster: continues although the checkpoints come from another Kafka cluster.
    /// - returns: the exit code, as `lantern run` has it: 0 done, 1 failed while running, 2 wrong settings, 3 a partition
    ///   halted, 4 Kafka or Redis not reachable or refused at start. What went wrong is on stderr.
    public static func run(
        _ projection: some Projection, kafka: [String: String], redis: [String: String],
        registry: [String: String] = [:], worker: [String: String] = [:], limits: [String: String] = [:],
        log: [String: String] = [:],
        gateway: [String: String] = [:], untilEnd: Bool = false, fresh: Bool = false, allowPartial: Bool = false,
        acceptCluster: Bool = false
    ) -> Int32 {
        let device = Device(2, environment: [:])
        var lines = Log(device)
        do {
            let signals = try SignalPipe()
            let configuration = try Configuration.settings([
                "kafka": kafka, "redis": redis, "registry": registry, "worker": worker, "limits": limits, "log": log,
                "gateway": gateway,
            ])
            lines = Log(configuration.log, on: device)
            let session = try session(projection, configuration, lines) { settings in
                settings.startsFresh = fresh
                settings.allowsPartial = allowPartial
                settings.acceptsCluster = acceptCluster
            }
            let served = try serve(session, configuration, lines)
            defer { served?.stop() }
            try session.start(signals: signals)
            switch session.run(untilEnd: untilEnd, signals: signals) {
            case .done: return 0
            case .halted: return 3
            case .failed(let error): throw error
            }
        } catch let error as ConfigurationError {
            for diagnostic in error.diagnostics { lines.error(diagnostic.message) }
            return 2
        } catch {
            lines.error("\(error)")
            return error is ProjectionError ? 2 : ExitStatus.code(of: error)
        }
    }

    /// The gateway that the settings ask for. What the command line does with a file is not among its paths, and `/about` says
    /// so to the page.
    private static func serve(
        _ session: WorkerSession, _ configuration: Configuration, _ log: Log
    ) throws -> ServedGateway? {
        guard let settings = configuration.gateway else { return nil }
        let subjects = session.projections.map { runner in
            StatusSubject(
                plan: runner.settings.plan, fingerprint: runner.settings.fingerprint, group: configuration.worker.group,
                redis: runner.settings.redis, spare: configuration.redis.spare,
                keepPrevious: Int64(configuration.worker.keepPreviousMilliseconds))
        }
        let figures = session.figures
        let about = AboutRoute(version: "", file: nil, canOperate: false)
        return try ServedGateway(
            settings, subjects, kafka: configuration.kafka, routes: [about.route], log: log
        ) { figures.figures() }
    }

    private static func session(
        _ projection: some Projection, _ configuration: Configuration, _ log: Log,
        adjust: (inout ProjectionSettings) -> Void
    ) throws -> WorkerSession {
        for warning in configuration.warnings { log.warning(warning.message) }
        let limits = configuration.limits
        let plan = try SwiftProjector(projection, limits: limits).plan
        try configuration.checkRegistry(of: plan)
        var settings = ProjectionSettings(plan, in: configuration)
        adjust(&settings)
        let log = log.adding(["projection": .text(plan.name)])
        let lines = WorkerLog(log)
        let runner = ProjectionRunner(
            settings: settings,
            makeProjectors: { generation in
                let schemas = configuration.schemas(plan, of: generation, log)
                return { try SwiftProjector(projection, limits: limits, schemas: schemas) }
            },
            log: { lines.write($0) })
        return WorkerSession(
            [runner], redis: settings.redis, limits: limits, log: log)
    }
}
