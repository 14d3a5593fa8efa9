import System
import Glibc
import Bytes
import Kafka
public import Projections
import Redis
import Synchronization

/// Runs the lanes of one projection, each on a thread of its own, and begins again when the generation changes under
/// them.
public final class ProjectionRunner: Sendable {
    public enum State: Sendable, Equatable {
        case starting
        /// The generation is not one that this worker may write: it looks again each second.
        case idle(String)
        /// It cannot start, or cannot continue: it tries again, less and less often.
        case blocked(WorkerError)
        case running(generation: Int, group: String)
        case ended(LaneOutcome)
    }

    public let settings: ProjectionSettings
    private let makeProjector: @Sendable () throws -> any Projector
    private let log: @Sendable (WorkerReport) -> Void
    private let shared = Mutex(Shared())
    private let standby = Mutex(Standby())

    private struct Shared {
        var state = State.starting
        var controls: [LaneControl] = []
        /// Fixed partitions: how many of each topic the lanes were given, and to which lane the next one goes.
        var counts: [Int] = []
        var nextLane = 0
        var isStopRequested = false
        var services: RunnerServices?
        var threads = 0
        var outcomes: [LaneOutcome] = []
    }

    public init(
        settings: ProjectionSettings, makeProjector: @escaping @Sendable () throws -> any Projector,
        log: @escaping @Sendable (WorkerReport) -> Void
    ) {
        self.settings = settings
        self.makeProjector = makeProjector
        self.log = log
    }

    public var state: State { shared.withLock { $0.state } }
    public var snapshots: [LaneSnapshot] { shared.withLock { $0.controls.map(\.snapshot) } }
    public var hasEnded: Bool { shared.withLock { $0.threads == 0 } }
    public var outcomes: [LaneOutcome] { shared.withLock { $0.outcomes } }

    public func stop() {
        shared.withLock { shared in
            shared.isStopRequested = true
            for control in shared.controls { control.stop() }
        }
    }

    /// Finds or makes the generation and starts the lanes; returns the offsets at which the logs end now.
    ///
    /// Throws ``WorkerError``, `RedisError` or `KafkaError` if it cannot start; nothing is left half-done.
    @discardableResult
    public func start() throws -> [(topic: String, partition: Int32, end: Int64)] {
        let services = try shared.withLock { try $0.services ?? RunnerServices(settings: settings, log: log) }
        shared.withLock { $0.services = services }
        // Before all that is decided by it, so that no change in between stays unseen.
        try standby.withLock { try $0.look(settings) }
        let facts = try services.facts()
        var keeper = GenerationKeeper(plan: settings.plan, fingerprint: settings.fingerprint, facts: facts)
        keeper.allowsPartial = settings.allowsPartial
        keeper.acceptsCluster = settings.acceptsCluster
        keeper.report = { [log] in log(.redis($0)) }
        var redis = try RedisConnection.open(settings.redis)
        let isFresh = settings.startsFresh && state == .starting
        let standing = isFresh ? try keeper.startFresh(&redis) : try keeper.establish(&redis)
        switch standing {
        case .idle(let why):
            shared.withLock { $0.state = .idle(why) }
            standby.withLock { $0.waitIdle(now: Clock.milliseconds()) }
        case .write(let number, let text, let identifier):
            services.begin(keeper, text: text) { [weak self] in self?.handOver($0) }
            try launch(number: number, text: text, identifier: identifier, services, facts)
            standby.withLock { $0.end() }
        }
        return facts.topics.flatMap { topic in
            topic.partitions.indices.map { (topic.name, Int32($0), topic.partitions[$0].high) }
        }
    }

    /// Notes that it could not start, until it is tried again.
    func block(_ error: any Error, now: Int64) {
        let isOfRedis = error is RedisError
        let error = error as? WorkerError ?? WorkerError(ExitStatus.workerCode(of: error), "\(error)")
        shared.withLock { $0.state = .blocked(error) }
        standby.withLock { standby in
            standby.waitBlocked(now: now)
            // Without Redis there is nowhere to say it, and `status` finds that out by itself.
            if !isOfRedis { standby.leaveNote(error.message, settings) }
        }
    }

    /// Withdraws what `status` was told, once a partition is projected.
    func withdrawNote() {
        // One that is just starting has the lock, for as long as a server does not reply.
        guard standby.withLockIfAvailable({ $0.mayHaveNote }) == true else { return }
        let projects = snapshots.contains { $0.partitions.contains { $0.phase == .folding } }
        if projects { standby.withLock { $0.withdrawNote(settings) } }
    }

    /// Whether one that stands by is to start again: the generation changed, or the back-off is over. Cheap: at most once a
    /// second it asks Redis for one key.
    func shouldStart(now: Int64) -> Bool {
        switch state {
        case .idle: standby.withLock { $0.hasChanged(settings, now: now) }
        case .blocked: standby.withLock { now >= $0.nextLook }
        case .starting, .running, .ended: false
        }
    }

    private func launch(number: Int, text: String, identifier: String, _ services: RunnerServices, _ facts: LogFacts)
        throws
    {
        let group = settings.groupID(generation: number, identifier: identifier)
        var lanes: [LaneBox] = []
        var controls: [LaneControl] = []
        for index in 0..<settings.lanes {
            let writer = Self.hexadecimal(UInt64.random(in: .min ... .max))
            var laneSettings = LaneSettings(
                plan: settings.plan, generationText: Array(text.utf8), writer: writer, limits: settings.limits)
            laneSettings.hasFixedPartitions = settings.fixed != nil
            laneSettings.group = group
            laneSettings.kafkaUser = settings.kafka.last { $0.0 == "sasl.username" }?.1
            settings.adjust(&laneSettings)
            let consumer = try Consumer(
                properties: settings.kafka, topics: settings.plan.topics.map(\.name), groupID: group,
                instanceID: settings.fixed == nil ? settings.instanceID.map { "\($0)-\(index)" } : nil,
                clientID: "lantern-\(settings.plan.name)-\(index)")
            let control = LaneControl()
            controls.append(control)
            var redis = settings.redis
            redis.refusesEviction = true
            lanes.append(
                LaneBox(
                    Lane(
                        settings: laneSettings, projector: try makeProjector(), log: consumer,
                        connect: { [redis] () throws(RedisError) in try RedisConnection.open(redis) },
                        control: control, services: services, seed: UInt64.random(in: .min ... .max))))
        }
        shared.withLock { shared in
            shared.controls = controls
            shared.counts = facts.topics.map(\.partitions.count)
            shared.services = services
            shared.threads = lanes.count
            shared.outcomes = []
            shared.state = .running(generation: number, group: group)
            if shared.isStopRequested { for control in controls { control.stop() } }
        }
        for (index, lane) in lanes.enumerated() {
            startThread(lane, fixed: settings.fixed.map { share($0, of: facts, lane: index) })
        }
    }

    /// A lane's share of fixed partitions: every n-th.
    private func share(_ fixed: WorkerSettings.Partitions, of facts: LogFacts, lane: Int) -> [(
        topic: Int, partition: Int32
    )] {
        var all: [(topic: Int, partition: Int32)] = []
        for (index, topic) in facts.topics.enumerated() {
            for partition in topic.partitions.indices.map({ Int32($0) }) {
                if case .only(let chosen) = fixed, !chosen.contains(partition) { continue }
                all.append((index, partition))
            }
        }
        return all.enumerated().filter { $0.offset % settings.lanes == lane }.map(\.element)
    }

    /// Without a group nobody else notices that a topic grew: the new partitions go to the lanes in turn.
    private func handOver(_ counts: [String: Int]) {
        guard let fixed = settings.fixed else { return }
        shared.withLock { shared in
            for (index, topic) in settings.plan.topics.enumerated() where shared.counts.indices.contains(index) {
                guard let count = counts[topic.name], count > shared.counts[index], !shared.controls.isEmpty else {
                    continue
                }
                for partition in (shared.counts[index]..<count).map({ Int32($0) }) {
                    if case .only(let chosen) = fixed, !chosen.contains(partition) { continue }
                    shared.controls[shared.nextLane % shared.controls.count].add([(index, partition)])
                    shared.nextLane += 1
                }
                shared.counts[index] = count
            }
        }
    }

    private func startThread(_ lane: LaneBox, fixed: [(topic: Int, partition: Int32)]?) {
        do throws(SystemError) {
            try DetachedThread.start { [self] in ended(lane.run(fixed: fixed)) }
        } catch {
            ended(.failed("cannot start its thread: \(error)"))
        }
    }

    private func ended(_ outcome: LaneOutcome) {
        if case .failed(let words) = outcome { log(.kafka("a lane failed: \(words)")) }
        shared.withLock { shared in
            shared.threads -= 1
            shared.outcomes.append(outcome)
            // One that failed must not be missed because another one continues.
            if outcome != .stopped { for control in shared.controls { control.stop() } }
            if shared.threads == 0 {
                shared.state = .ended(shared.outcomes.first { $0 != .stopped } ?? .stopped)
            }
        }
    }

    static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
