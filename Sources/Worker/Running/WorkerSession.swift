import Glibc
import Kafka
public import Logging
public import Projections
public import Redis
public import System

/// All projections of a process, from their start to the drained end.
public final class WorkerSession {
    /// How it ended.
    public enum End: Sendable, Equatable {
        case done
        /// A partition halted; the others have finished.
        case halted
        case failed(WorkerError)
    }

    /// The projections, in the order in which they were given.
    public let projections: [ProjectionRunner]
    private let redis: RedisOptions
    private let log: Log
    private let drainDeadline: Int64
    /// How long `untilEnd` waits for a partition that stands still and that this worker does not read, in milliseconds.
    var standstillPatience: Int64 = 30_000
    /// With `untilEnd`: the ends at the start, for each projection.
    private var targets: [[(topic: String, partition: Int32, end: Int64)]] = []

    /// Builds that the file asks for.
    private var starter = BuildStarter()
    /// What was live before, and is no longer kept.
    private var formerDrop = FormerDrop()
    private var all: [ProjectionRunner] { projections + starter.runners }
    /// What its lanes measure, for any thread.
    public let figures: FigureKeeper
    private var registry: RegistryWriter?

    /// `version` is the program's, for people who look at its workers.
    public init(
        _ projections: [ProjectionRunner], redis: RedisOptions, limits: Limits = Limits(), log: Log,
        version: String = ""
    ) {
        self.projections = projections
        figures = FigureKeeper(version: version)
        figures.set(projections)
        self.redis = redis
        drainDeadline = Int64(limits.drainDeadlineMilliseconds)
        self.log = log
    }

    /// Checks the servers and starts every projection.
    ///
    /// Throws ``WorkerError``, `RedisError` or `KafkaError`; then all that was started is stopped. A signal does not wait for the
    /// servers' replies: then nothing is known to be started, and `run` takes the signal.
    public func start(signals: SignalPipe? = nil) throws {
        try AwaitedWork.run(signals: signals) { [self] in try startAll() }?.get()
    }

    deinit { registry?.stop() }

    private func startAll() throws {
        do {
            try inspectRedis()
            targets = projections.map { _ in [] }
            var faults: [any Error] = []
            // What was asked for by name comes first: if it is refused, nothing else is begun.
            let order = projections.indices.sorted {
                projections[$0].settings.startsFresh && !projections[$1].settings.startsFresh
            }
            for index in order {
                let runner = projections[index]
                do {
                    targets[index] = try runner.start()
                } catch {
                    guard !runner.settings.startsFresh, Self.concernsOne(error) else { throw error }
                    runner.block(error, now: Clock.milliseconds())
                    faults.append(error)
                }
                if faults.count < projections.count { report(runner) }
            }
            if faults.count == projections.count, let first = faults.first { throw first }
            try announce()
        } catch {
            stop()
            _ = awaitEnd(deadline: Clock.milliseconds() + drainDeadline)
            throw error
        }
    }

    /// Whether the other projections may run all the same: no server is away that they need as well.
    private static func concernsOne(_ error: any Error) -> Bool {
        switch error {
        case is WorkerError: true
        case let error as KafkaError: error.code == .unknownTopic || error.code == .authorization
        default: false
        }
    }

    /// Other processes learn of this one.
    private func announce() throws(SystemError) {
        let writer = try RegistryWriter(figures) { [log] in log.warning($0) }
        try writer.start()
        registry = writer
    }

    private func report(_ runner: ProjectionRunner) {
        let name = LogValue.text(runner.settings.plan.name)
        switch runner.state {
        case .idle(let why): log.warning("idle: \(why)", ["projection": name])
        case .blocked(let error):
            log.error("it does not run, and will be tried again: \(error.message)", ["projection": name])
        case .running(let generation, let group):
            log.info("started", ["projection": name, "generation": .count(generation), "group": .text(group)])
        case .starting, .ended: break
        }
    }

    private func inspectRedis() throws {
        var redis = try RedisConnection.open(self.redis)
        try RedisRights.check(projections.map(\.settings.plan), &redis)
        let facts = try redis.inspect()
        let address = self.redis.address.description
        guard facts.isAtLeast(6, 2) else {
            throw WorkerError(.refused, "Redis at \(address) is version \(facts.version); Lantern needs 6.2 or later.")
        }
        guard !facts.isCluster else {
            throw WorkerError(
                .refused,
                "Redis at \(address) is part of a Redis Cluster: views and checkpoints would be in different slots, and no transaction could contain both. Use a single master, with replicas if you like."
            )
        }
        if let policy = facts.evictingPolicy {
            throw WorkerError(.refused, RedisError.evicting(policy, at: address).message)
        }
        if !facts.hasAOF, facts.replicas == 0 {
            log.warning(
                "Redis has neither an append-only file nor replicas: after a restart the views are built again from the log",
                ["redis": .text(address)])
        }
    }

    /// Runs until a signal, until the ends are reached, or until a projection fails; then drains.
    public func run(untilEnd: Bool, signals: SignalPipe?, tick: (Int64) -> Bool = { _ in true }) -> End {
        var end = End.done
        var checker = UntilEnd(patience: standstillPatience)
        while true {
            var waiting = pollfd(fd: signals?.descriptor ?? -1, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&waiting, 1, all.contains { $0.isBuilding } ? 25 : 100)
            if signals?.next() != nil {
                // Whoever waits for the end is not to take this for it.
                if untilEnd { end = .failed(WorkerError(.failed, "a signal ended it before it had reached the end")) }
                break
            }
            if !tick(Clock.milliseconds()) { break }
            if let failure = attend(now: Clock.milliseconds(), signals) {
                end = .failed(failure)
                break
            }
            // An idle projection never reaches an end: the caller that waits for one must know why.
            if untilEnd, let why = idleReason {
                end = .failed(WorkerError(.refused, why))
                break
            }
            if untilEnd, let outcome = checker.outcome(projections, targets) {
                end = outcome
                break
            }
        }
        stop()
        // The end must report that one of them did not run.
        if end == .done, let error = blockingError { end = .failed(error) }
        if !awaitEnd(deadline: Clock.milliseconds() + drainDeadline) {
            log.error("stopping took too long; the next start finds out which transactions in flight were applied")
            let late = WorkerError(.failed, "it did not stop within drain-deadline (\(drainDeadline) ms)")
            return end == .done ? .failed(late) : end
        }
        registry?.stop()
        for runner in projections { runner.withdrawNote() }
        if untilEnd, end == .done { checker.summarize(projections, log) }
        log.info("stopped")
        return end
    }

    private var idleReason: String? {
        for runner in projections { if case .idle(let why) = runner.state { return why } }
        return nil
    }

    private var blockingError: WorkerError? {
        for runner in projections { if case .blocked(let error) = runner.state { return error } }
        return nil
    }

    /// Starts what may start again: whose generation changed under its lanes, who idled, who was blocked. A lane that
    /// failed ends the process.
    private func attend(now: Int64, _ signals: SignalPipe?) -> WorkerError? {
        starter.look(projections, log, now: now)
        formerDrop.look(projections, log, now: now)
        figures.set(all)
        for (index, runner) in all.enumerated() {
            if case .running = runner.state {
                runner.withdrawNote()
                runner.feedCeilings(now: now)
            }
            if case .ended(let outcome) = runner.state, runner.hasEnded {
                switch outcome {
                case .stopped: continue
                case .refused(let words):
                    let error = WorkerError(.halted, "projection \(runner.settings.plan.name): \(words)")
                    runner.block(error, now: now)
                    report(runner)
                    continue
                case .failed(let words):
                    return WorkerError(.failed, "projection \(runner.settings.plan.name): \(words)")
                case .generationChanged(let found):
                    log.warning(
                        "the generation changed: \(found ?? "it is gone")",
                        ["projection": .text(runner.settings.plan.name)])
                }
            } else if !runner.shouldStart(now: now) {
                continue
            }
            let before = runner.state
            do {
                guard let started = AwaitedWork.run(signals: signals, { try runner.start() }) else { return nil }
                let ends = try started.get()
                if targets.indices.contains(index), targets[index].isEmpty { targets[index] = ends }
            } catch {
                runner.block(error, now: Clock.milliseconds())
            }
            // Said once.
            if runner.state != before { report(runner) }
        }
        return nil
    }

    /// Asks every lane to drain.
    public func stop() {
        starter.stop()
        formerDrop.stop()
        for runner in all { runner.stop() }
    }

    private func awaitEnd(deadline: Int64) -> Bool {
        while !starter.hasEnded || !formerDrop.hasEnded || all.contains(where: { !$0.hasEnded }) {
            if Clock.milliseconds() > deadline { return false }
            _ = poll(nil, 0, 20)
        }
        return true
    }
}
