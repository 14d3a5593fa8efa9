import Logging
import Projections
import Records
import Redis
import System

/// `worker: { on-change: rebuild }`: makes the build of a file whose definition differs from the live one, and has it folded
/// in this process.
///
/// A projection that changed folds it by itself, since it looks for the generation of its own definition; one that did not
/// change goes on with the live generation, and gets a second runner for the build.
struct BuildStarter {
    /// So long between two looks, in milliseconds.
    private static let interval: Int64 = 1_000
    /// So long after an attempt that was refused.
    private static let patience: Int64 = 30_000

    private(set) var runners: [ProjectionRunner] = []
    private var promotion: UnattendedPromotion?
    /// The generations of builds that this process has begun or joined whole.
    private var attended: Set<String> = []
    private var nextLook: Int64 = 0
    private var said: String?

    /// Looks whether there is something to build, and whether what was built is live by now.
    mutating func look(_ projections: [ProjectionRunner], _ log: Log, now: Int64) {
        guard now >= nextLook else { return }
        nextLook = now + Self.interval
        do {
            try endBuilders()
            for group in Self.homes(projections) where Self.mayBuild(group) || hasToJoin(group) {
                try build(group, log)
            }
            said = nil
        } catch {
            nextLook = now + Self.patience
            guard said != "\(error)" else { return }
            said = "\(error)"
            log.warning("cannot build the changed definition, and will try again: \(error)")
        }
    }

    /// Projections that share a home database.
    static func homes(_ projections: [ProjectionRunner]) -> [[ProjectionRunner]] {
        var homes: [[ProjectionRunner]] = []
        for runner in projections {
            if let index = homes.firstIndex(where: { $0[0].settings.redis.address == runner.settings.redis.address }) {
                homes[index].append(runner)
            } else {
                homes.append([runner])
            }
        }
        return homes
    }

    /// Some projection waits, and none that waits has been live in this process: that one was replaced, and its
    /// replacement must not be replaced in turn.
    private static func mayBuild(_ group: [ProjectionRunner]) -> Bool {
        let waiting = group.filter { if case .idle = $0.state { true } else { false } }
        return !waiting.isEmpty && waiting.allSatisfy { $0.settings.onChange != .wait && !$0.hasBeenLive }
    }

    /// A worker that was started again folds its own part of the build at once: the parts of the projections that did not change
    /// need their runners again, and the promotion needs somebody.
    private func hasToJoin(_ group: [ProjectionRunner]) -> Bool {
        group.contains { runner in
            guard case .running = runner.state, runner.settings.identifier == nil, runner.settings.onChange != .wait,
                !runner.hasBeenLive
            else { return false }
            let identifier = runner.building.identifier
            return !identifier.isEmpty && !attended.contains(identifier)
        }
    }

    private mutating func build(_ group: [ProjectionRunner], _ log: Log) throws {
        let home = group[0].settings.redis
        var redis = try RedisConnection.open(home)
        let keepers = try group.map { $0.settings.keeper(try $0.settings.logFacts()) }
        let unit = BuildUnit(keepers: keepers, home: home.address.database, spare: group[0].settings.spare)
        guard try unit.hasChanges(&redis), try !isOlder(keepers, &redis) else { return }
        var build = try unit.existing(&redis)
        if let build, try unit.isFormer(build, &redis) {
            throw WorkerError(
                .refused,
                "this definition was live until a rollback (\(unit.words(build))): it is kept current, and `lantern promote` makes it live again"
            )
        }
        if build == nil {
            try unit.check(database: nil, mayReplace: true, &redis)
            for former in try unit.makeRoom(&redis) { log.info("dropped \(former.name): the build needs its database") }
            build = try unit.create(in: nil, &redis)
            if let build { note(unit.words(build), log, &redis) }
        }
        guard let build else { return }
        attended.formUnion(build.records.map(\.identifier))
        try promoteLater(unit, build, home, group, log)
        log.info("building the changed definition", ["database": .count(build.database)])
        for (runner, record) in zip(group, build.records) {
            guard case .running = runner.state, runner.building.identifier != record.identifier,
                !runners.contains(where: { $0.settings.identifier == record.identifier })
            else { continue }
            runners.append(runner.builder(of: record.identifier))
        }
    }

    /// A line in the history; without it the build is there all the same.
    private func note(_ result: String, _ log: Log, _ redis: inout RedisConnection) {
        let entry = HistoryEntry(
            who: ProcessOwner.name, command: "lantern run (on-change: rebuild)", result: "building \(result)")
        do { try entry.write(&redis) } catch { log.warning("the history has no line about the build: \(error)") }
    }

    private mutating func promoteLater(
        _ unit: BuildUnit, _ build: Build, _ home: RedisOptions, _ group: [ProjectionRunner], _ log: Log
    ) throws {
        guard promotion?.isDone ?? true, group.allSatisfy({ $0.settings.onChange == .promote }) else { return }
        let next = UnattendedPromotion(unit, build, redis: home, log: log)
        try next.start()
        promotion = next
    }

    /// Nothing is promoted by a process that ends.
    func stop() { promotion?.stop() }

    /// Whether the thread that promotes has ended.
    var hasEnded: Bool { promotion?.isDone ?? true }

    /// A worker with an older file must not undo what a newer one has made.
    private func isOlder(_ keepers: [GenerationKeeper], _ redis: inout RedisConnection) throws -> Bool {
        for keeper in keepers {
            let version = try redis.command("HGET", keeper.keys.about, About.version).text.flatMap { Int($0) }
            if let version, version > keeper.plan.version { return true }
        }
        return false
    }

    /// Where a build is live the projection's own runner folds it, and where it is gone nobody does.
    private mutating func endBuilders() throws {
        runners.removeAll { $0.hasEnded && $0.isStopped }
        guard !runners.isEmpty else { return }
        for runner in runners {
            var redis = try RedisConnection.open(runner.settings.redis)
            let places = try runner.settings.finder.places(of: [runner.settings.plan.name], &redis)[0]
            let place = places.first { $0.record.identifier == runner.settings.identifier }
            if place.map({ $0.database == runner.settings.redis.address.database }) ?? true { runner.stop() }
        }
    }
}
