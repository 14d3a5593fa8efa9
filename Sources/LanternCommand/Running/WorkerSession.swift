import Configuration
import Decoding
import Glibc
import Kafka
import Projections
import Redis
import Terminal
import Worker

/// All projections of a file, from their start to the drained end.
final class WorkerSession {
    private let configuration: Configuration
    private let log: Log
    private let runners: [ProjectionRunner]
    private let drainDeadline: Int64
    /// With `--until-end`: the ends at the start, for each projection.
    private var targets: [[(topic: String, partition: Int32, end: Int64)]] = []

    init(_ configuration: Configuration, log: Log, adjust: (inout ProjectionSettings) -> Void) {
        self.configuration = configuration
        self.log = log
        drainDeadline = Int64(configuration.limits.drainDeadlineMilliseconds)
        runners = configuration.projections.map { plan in
            var settings = ProjectionSettings(plan, in: configuration)
            adjust(&settings)
            let lines = WorkerLog(log: log.adding(["projection": .text(plan.name)]))
            return ProjectionRunner(
                settings: settings, makeProjector: { PlanProjector(plan: plan) }, log: { lines.write($0) })
        }
    }

    var projections: [ProjectionRunner] { runners }

    /// Checks the servers and starts every projection; nil where all began, else why not and the exit code.
    func start() -> ExitCode? {
        do {
            try inspectRedis()
            for runner in runners {
                targets.append(try runner.start())
                report(runner)
            }
            return nil
        } catch {
            stop()
            _ = awaitEnd(deadline: Self.now() + drainDeadline)
            return Self.explain(error)
        }
    }

    private func report(_ runner: ProjectionRunner) {
        let name = LogValue.text(runner.settings.plan.name)
        switch runner.state {
        case .idle(let why): log.warning("idle: \(why)", ["projection": name])
        case .running(let generation, let group):
            log.info("started", ["projection": name, "generation": .count(generation), "group": .text(group)])
        default: break
        }
    }

    private func inspectRedis() throws {
        var redis = try RedisConnection.open(RedisOptions(configuration, clientName: "lantern-start"))
        let facts = try redis.inspect()
        let address = configuration.redis.url.description
        guard facts.isAtLeast(6, 2) else {
            throw WorkerError(.refused, "Redis at \(address) is version \(facts.version); Lantern needs 6.2 or later.")
        }
        guard !facts.isCluster else {
            throw WorkerError(
                .refused,
                "Redis at \(address) is part of a Redis Cluster: views and checkpoints lie in different slots there, so no transaction can hold both. Use a single master, with replicas if you like."
            )
        }
        if let policy = facts.maxmemoryPolicy, policy != "noeviction",
            facts.maxmemory > 0 || policy.hasPrefix("allkeys")
        {
            throw WorkerError(
                .refused,
                "Redis at \(address) has maxmemory-policy \(policy): it may evict a checkpoint, and an evicted checkpoint is a lost one. Set `maxmemory-policy noeviction`."
            )
        }
        if !facts.hasAOF, facts.replicas == 0 {
            log.warning(
                "Redis has neither an append-only file nor replicas: after a restart the views are built again from the log",
                ["redis": .text(address)])
        }
    }

    /// What went wrong, on stderr, and the exit code for it.
    static func explain(_ error: any Error) -> ExitCode {
        switch error {
        case let error as WorkerError:
            Console.fail(error.message, code(error))
        case let error as KafkaError: Console.fail(error.message, error.code == .configuration ? .usage : .unreachable)
        case let error as RedisError: Console.fail(error.message, .unreachable)
        default: Console.fail("\(error)", .failed)
        }
    }

    private static func code(_ error: WorkerError) -> ExitCode {
        switch error.code {
        case .configuration: .usage
        case .refused: .unreachable
        case .halted: .halted
        case .failed: .failed
        }
    }

    static func now() -> Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Runs until a signal, until the ends are reached, or until a projection fails; then drains.
    func run(untilEnd: Bool, signals: SignalPipe, tick: (Int64) -> Void = { _ in }) -> ExitCode {
        var code = ExitCode.done
        var checker = EndChecker(configuration)
        while true {
            var waiting = pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&waiting, 1, 100)
            if signals.next() != nil { break }
            tick(Self.now())
            if let failure = restartEnded() {
                code = failure
                break
            }
            if untilEnd, let outcome = checker.outcome(runners, targets) {
                code = outcome
                break
            }
        }
        stop()
        if !awaitEnd(deadline: Self.now() + drainDeadline) {
            log.error("not drained within the deadline; what was in flight is settled at the next start")
            return code == .done ? .failed : code
        }
        if untilEnd { checker.summarize(runners, log) }
        log.info("stopped")
        return code
    }

    /// A generation that changed under its lanes is looked at again; a failure ends the process.
    private func restartEnded() -> ExitCode? {
        for (index, runner) in runners.enumerated() {
            guard case .ended(let outcome) = runner.state, runner.hasEnded else { continue }
            switch outcome {
            case .stopped: continue
            case .failed(let words): return Console.fail("projection \(runner.settings.plan.name): \(words)", .failed)
            case .generationChanged(let found):
                log.warning(
                    "the generation changed: \(found ?? "it is gone")", ["projection": .text(runner.settings.plan.name)]
                )
                do {
                    let ends = try runner.start()
                    if targets.indices.contains(index), targets[index].isEmpty { targets[index] = ends }
                    report(runner)
                } catch let error as WorkerError where error.code != .refused {
                    return Self.explain(error)
                } catch {
                    log.warning("\(error)")
                }
            }
        }
        return nil
    }

    func stop() { for runner in runners { runner.stop() } }

    private func awaitEnd(deadline: Int64) -> Bool {
        while runners.contains(where: { !$0.hasEnded }) {
            if Self.now() > deadline { return false }
            _ = poll(nil, 0, 20)
        }
        return true
    }
}
