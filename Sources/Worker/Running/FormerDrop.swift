import Logging
import Projections
import Records
import Redis

/// `worker: { keep-previous: 24h }`: a worker that runs what is live drops what was live before, once that is so long ago.
///
/// Several workers may look; the one that records its token in the generation's key first drops it, and the others leave it
/// alone, unless it makes no progress any more.
struct FormerDrop {
    /// So long between two looks, in milliseconds.
    private static let interval: Int64 = 5_000
    /// A dropping that removes nothing for so long was interrupted.
    static let patience: Int64 = 60_000

    /// Droppings of others: what was seen, and since when.
    private struct Seen {
        var token: String
        var keys: Int64
        var since: Int64
    }
    private var seen: [FormerGeneration: Seen] = [:]
    private var nextLook: Int64 = 0
    private var job: FormerDropJob?
    private var said: String?

    /// Whether no thread of it runs.
    var hasEnded: Bool { job?.isDone ?? true }

    /// Asks its thread to end; another worker goes on with what it has begun.
    func stop() { job?.stop() }

    /// Looks whether there is something to drop, and has it dropped on a thread of its own.
    mutating func look(_ projections: [ProjectionRunner], _ log: Log, now: Int64) {
        guard now >= nextLook, hasEnded else { return }
        nextLook = now + Self.interval
        let live = projections.filter { if case .running = $0.state { !$0.isBuilding } else { false } }
        do {
            for group in BuildStarter.homes(live) where hasEnded { try begin(group, log, now: now) }
            said = nil
        } catch {
            guard said != "\(error)" else { return }
            said = "\(error)"
            log.warning("cannot look for former generations, and will try again: \(error)")
        }
    }

    private mutating func begin(_ group: [ProjectionRunner], _ log: Log, now: Int64) throws {
        let settings = group[0].settings
        var redis = try RedisConnection.open(settings.redis)
        let due = try due(group.map(\.settings.plan.name), settings, &redis, now: now)
        guard !due.isEmpty else { return }
        let job = FormerDropJob(due, settings, log)
        try job.start()
        self.job = job
    }

    /// The generations whose time is over and that nobody else is dropping.
    mutating func due(
        _ names: [String], _ settings: ProjectionSettings, _ redis: inout RedisConnection, now: Int64
    ) throws -> [FormerGeneration] {
        let former = try FormerGeneration.all(of: names, settings.finder, &redis)
        seen = seen.filter { former.contains($0.key) }
        guard !former.isEmpty else { return [] }
        let time = try redis.command("TIME").elements?.first?.text.flatMap { Int64($0) } ?? 0
        let old = former.filter { time * 1_000 - $0.liveUntil > settings.keepPrevious }
        guard old.contains(where: { $0.record.state == .dropping }) else {
            return old.filter { $0.record.state == .open }
        }
        let sizes = try settings.finder.sizes(&redis)
        return old.filter { each in
            let keys = sizes.first { $0.database == each.database }?.keys ?? 0
            return each.record.state == .open || each.record.state == .dropping && isAbandoned(each, keys, now: now)
        }
    }

    private mutating func isAbandoned(_ generation: FormerGeneration, _ keys: Int64, now: Int64) -> Bool {
        let token = generation.record.token
        if let before = seen[generation], before.token == token, before.keys == keys {
            return now - before.since >= Self.patience
        }
        seen[generation] = Seen(token: token, keys: keys, since: now)
        return false
    }
}
