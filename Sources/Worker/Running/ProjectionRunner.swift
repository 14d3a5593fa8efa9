import Bytes
import Glibc
import Kafka
public import Projections
import Records
public import Redis
import Synchronization
import System

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
    private let makeProjectors: ProjectorMaker
    private let log: @Sendable (WorkerReport) -> Void
    private let shared = Mutex(Shared())
    private let standby = Mutex(Standby())
    let ceilings = Mutex(CeilingReader())
    let pace = Mutex(BuildPace())
    let throttle = Mutex(ThrottleKeeper())

    private struct Shared {
        var state = State.starting
        var controls: [LaneControl] = []
        /// Fixed partitions: how many of each topic the lanes were given, and to which lane the next one goes.
        var counts: [Int] = []
        var nextLane = 0
        var isStopRequested = false
        /// Whether it has folded the live generation.
        var hasBeenLive = false
        var services: ProjectionServices?
        var threads = 0
        var outcomes: [LaneOutcome] = []
        /// Where the generation is that the lanes fold.
        var redis: RedisOptions?
        var identifier = ""
        /// Where a build as of then stops.
        var stops = StopOffsets()
    }

    /// Called once for each generation; what it returns makes the projector of each of the generation's lanes.
    public typealias ProjectorMaker = @Sendable (ProjectedGeneration) throws -> () throws -> any Projector

    public init(
        settings: ProjectionSettings, makeProjectors: @escaping ProjectorMaker,
        log: @escaping @Sendable (WorkerReport) -> Void
    ) {
        self.settings = settings
        self.makeProjectors = makeProjectors
        self.log = log
    }

    public var state: State { shared.withLock { $0.state } }
    public var snapshots: [LaneSnapshot] { shared.withLock { $0.controls.map(\.snapshot) } }
    public var hasEnded: Bool { shared.withLock { $0.threads == 0 } }
    public var outcomes: [LaneOutcome] { shared.withLock { $0.outcomes } }

    /// The generation that its lanes fold or folded last, empty before the first, and how many partitions each topic has.
    var standing: (identifier: String, counts: [Int]) { shared.withLock { ($0.identifier, $0.counts) } }

    /// Where its generation is: the home database while it is live, or not known.
    public var redis: RedisOptions { shared.withLock { $0.redis } ?? settings.redis }

    /// A second runner of the same projection, for one generation alone, wherever that is.
    func builder(of identifier: String) -> ProjectionRunner {
        var settings = settings
        settings.identifier = identifier
        settings.onChange = .wait
        settings.startsFresh = false
        return ProjectionRunner(settings: settings, makeProjectors: makeProjectors, log: log)
    }

    var hasBeenLive: Bool { shared.withLock { $0.hasBeenLive } }
    var isStopped: Bool { shared.withLock { $0.isStopRequested } }

    /// Whether its generation is not the live one.
    public var isBuilding: Bool { redis.address.database != settings.redis.address.database }

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
        let services = try shared.withLock { try $0.services ?? ProjectionServices(settings: settings, log: log) }
        shared.withLock { $0.services = services }
        // Before all that is decided by it, so that no change in between stays unseen.
        try standby.withLock { try $0.look(settings) }
        let facts = try services.facts()
        var keeper = settings.keeper(facts)
        keeper.report = { [log] in log(.redis($0)) }
        let (standing, redis) = try find(keeper)
        switch standing {
        case .idle(let why):
            shared.withLock { $0.state = .idle(why) }
            standby.withLock { $0.waitIdle(now: Clock.milliseconds()) }
        case .write(let number, let text, let identifier):
            let isLive = redis.address.database == settings.redis.address.database
            services.begin(
                keeper, text: text, in: redis, isLive: isLive, counted: { [weak self] in self?.handOver($0) },
                moved: { [weak self] in self?.moved(to: $0, isLive: $1) })
            try launch(
                number: number, text: text, identifier: identifier, redis, isLive: isLive, services, facts)
            standby.withLock { $0.end() }
        case .build: break
        }
        return facts.topics.flatMap { topic in
            topic.partitions.indices.map { (topic.name, Int32($0), topic.partitions[$0].high) }
        }
    }

    /// The lanes go on where their generation is now.
    private func moved(to redis: RedisOptions, isLive: Bool) {
        shared.withLock { shared in
            shared.redis = redis
            if isLive { shared.hasBeenLive = true }
        }
    }

    /// What is to be done, and in which database.
    private func find(_ keeper: GenerationKeeper) throws -> (GenerationKeeper.Standing, RedisOptions) {
        let home = settings.redis
        var redis = try RedisConnection.open(home)
        var place: GenerationPlace?
        if let identifier = settings.identifier {
            place = try settings.finder.places(of: [keeper.plan.name], &redis)[0].first {
                $0.record.identifier == identifier
            }
            guard place != nil else {
                return (
                    .idle("projection \(keeper.plan.name): generation \(identifier) is in no database any more"), home
                )
            }
        } else {
            let isFresh = settings.startsFresh && state == .starting
            let standing = isFresh ? try keeper.startFresh(&redis) : try keeper.establish(&redis)
            guard case .build(let found) = standing else { return (standing, home) }
            place = found
        }
        guard let place else { return (.idle("projection \(keeper.plan.name) has no generation"), home) }
        let options = home.selecting(place.database)
        var other = try RedisConnection.open(options)
        let moved = GenerationKeeper.Standing.idle(
            "projection \(keeper.plan.name): generation \(place.record.number) has just moved to another database")
        return (try keeper.join(identifier: place.record.identifier, &other) ?? moved, options)
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
        // A session starts its own at its beginning; those that come later start here.
        case .starting: settings.identifier != nil
        case .running, .ended: false
        }
    }

    private func launch(
        number: Int, text: String, identifier: String, _ options: RedisOptions, isLive: Bool,
        _ services: ProjectionServices, _ facts: LogFacts
    ) throws {
        let stops = isLive ? StopOffsets() : try Self.stops(of: settings.plan.name, options)
        let group = settings.groupID(generation: number, identifier: identifier)
        // Partitions that the file gives are for the live lanes; who builds shares the work in the build's group.
        let fixed = isLive ? settings.fixed : nil
        let member = settings.instanceID.map { isLive ? $0 : "\($0)-build" }
        var lanes: [LaneBox] = []
        let controls = (0..<settings.lanes).map { _ in LaneControl() }
        let makeProjector = try makeProjectors(
            ProjectedGeneration(
                identifier: identifier, home: settings.redis, database: options.address.database,
                finder: settings.finder, schemasChanged: { for control in controls { control.schemasChanged() } }))
        for (index, control) in controls.enumerated() {
            let writer = hexDigits(UInt64.random(in: .min ... .max))
            var laneSettings = LaneSettings(
                plan: settings.plan, generationText: Array(text.utf8), writer: writer, limits: settings.limits)
            laneSettings.database = options.address.database
            laneSettings.role = isLive ? .live : .build
            laneSettings.hasFixedPartitions = fixed != nil
            laneSettings.group = group
            laneSettings.kafkaUser = settings.kafka.last { $0.0 == "sasl.username" }?.1
            settings.adjust(&laneSettings)
            let consumer = try Consumer(
                properties: settings.kafka, topics: settings.plan.topics.map(\.name), groupID: group,
                instanceID: fixed == nil ? member.map { "\($0)-\(index)" } : nil,
                clientID: "lantern-\(settings.plan.name)-\(index)")
            var redis = options
            redis.refusesEviction = true
            redis.clientName = LaneClients.name(redis.clientName, identifier)
            lanes.append(
                LaneBox(
                    Lane(
                        settings: laneSettings, projector: try makeProjector(), log: consumer,
                        connect: { [redis] (database) throws(RedisError) in
                            try RedisConnection.open(redis.selecting(database))
                        },
                        control: control, services: services, seed: UInt64.random(in: .min ... .max))))
        }
        shared.withLock { shared in
            shared.controls = controls
            shared.counts = facts.topics.map(\.partitions.count)
            shared.services = services
            shared.threads = lanes.count
            shared.outcomes = []
            shared.redis = options
            if isLive { shared.hasBeenLive = true }
            shared.identifier = identifier
            shared.stops = stops
            shared.state = .running(generation: number, group: group)
            if shared.isStopRequested { for control in controls { control.stop() } }
        }
        pace.withLock { $0 = BuildPace() }
        // Before the first event: a build must not pass what is live.
        if !isLive { feedCeilings(now: .max) }
        for (index, lane) in lanes.enumerated() {
            startThread(lane, fixed: fixed.map { share($0, of: facts, lane: index) })
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
        guard let fixed = settings.fixed, !isBuilding else { return }
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

    private static func stops(of projection: String, _ options: RedisOptions) throws -> StopOffsets {
        var redis = try RedisConnection.open(options)
        let text = try redis.command("HGET", KeySpace(projection: projection).about, About.until).text
        return text.flatMap { StopOffsets(text: $0) } ?? StopOffsets()
    }

    /// The lanes of a build and what bounds them; no lanes while its generation is live.
    var building: (controls: [LaneControl], identifier: String, counts: [Int], stops: StopOffsets) {
        guard isBuilding else { return ([], "", [], StopOffsets()) }
        return shared.withLock { ($0.controls, $0.identifier, $0.counts, $0.stops) }
    }
}
