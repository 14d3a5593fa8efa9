internal import Configuration
internal import Kafka
internal import Projections
internal import Redis
internal import Logging
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
    /// - kafka: librdkafka's properties, such as `["bootstrap.servers": "localhost:9092"]`.
    /// - redis: `redis://`, `rediss://` or `unix://`.
    /// - fresh: removes the projection's rows, without asking, and builds them again from the log: after its `version` was
    ///   raised, and wherever a message names `lantern run --fresh`.
    /// - allowPartial: starts although a topic's first events are gone.
    /// - acceptCluster: continues although the checkpoints come from another Kafka cluster.
    /// - returns: the exit code, as `lantern run` has it: 0 done, 1 failed while running, 2 wrong settings, 3 a partition
    ///   halted, 4 Kafka or Redis not reachable or refused at start. What went wrong is on stderr.
    public static func run(
        _ projection: some Projection, kafka: [String: String], redis: String, passwordFile: String? = nil,
        lanes: Int = 1, untilEnd: Bool = false, fresh: Bool = false, allowPartial: Bool = false,
        acceptCluster: Bool = false
    ) -> Int32 {
        let log = Log(Device(2, environment: [:]))
        do {
            let signals = try SignalPipe()
            let plan = try SwiftProjector(projection).plan
            var options = RedisOptions(address: try RedisAddress(redis), clientName: "lantern-\(plan.name)")
            options.passwordFile = passwordFile
            var settings = ProjectionSettings(
                plan: plan, fingerprint: fingerprint(of: plan),
                kafka: kafka.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
                redis: options)
            settings.lanes = max(1, lanes)
            settings.startsFresh = fresh
            settings.allowsPartial = allowPartial
            settings.acceptsCluster = acceptCluster
            let lines = WorkerLog(log.adding(["projection": .text(plan.name)]))
            let runner = ProjectionRunner(
                settings: settings,
                makeProjector: { try SwiftProjector(projection) }, log: { lines.write($0) })
            let session = WorkerSession([runner], redis: options, log: log)
            try session.start(signals: signals)
            switch session.run(untilEnd: untilEnd, signals: signals) {
            case .done: return 0
            case .halted: return 3
            case .failed(let error): throw error
            }
        } catch {
            log.error("\(error)")
            return error is ProjectionError ? 2 : ExitStatus.code(of: error)
        }
    }
}
