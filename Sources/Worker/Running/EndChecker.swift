import Projections
import Redis
import Terminal

/// `--until-end`: have the checkpoints in Redis reached the ends, whoever wrote them?
struct EndChecker: ~Copyable {
    private var redis: RedisConnection?
    private var nextLook: Int64 = 0

    /// The exit code once every partition reached its end or halted; nil before.
    mutating func outcome(
        _ runners: [ProjectionRunner], _ targets: [[(topic: String, partition: Int32, end: Int64)]]
    ) -> WorkerSession.End? {
        var halted = false
        var open: [(runner: ProjectionRunner, targets: [(topic: String, partition: Int32, end: Int64)])] = []
        for (runner, targets) in zip(runners, targets) {
            let own = runner.snapshots.flatMap(\.partitions)
            var left: [(topic: String, partition: Int32, end: Int64)] = []
            for target in targets {
                let mine = own.first { $0.topic == target.topic && $0.partition == target.partition }
                if let mine, mine.next >= target.end { continue }
                if let mine, case .halted = mine.phase {
                    halted = true
                    continue
                }
                left.append(target)
            }
            if !left.isEmpty { open.append((runner, left)) }
        }
        if open.isEmpty { return halted ? .halted : .done }
        // Others of the group may have done the rest: ask Redis, but not with every tick.
        let now = WorkerSession.now()
        guard now >= nextLook else { return nil }
        nextLook = now + 1_000
        for (runner, targets) in open where !hasReached(runner, targets) { return nil }
        return halted ? .halted : .done
    }

    private mutating func hasReached(
        _ runner: ProjectionRunner, _ targets: [(topic: String, partition: Int32, end: Int64)]
    ) -> Bool {
        guard case .running(let generation, _) = runner.state else { return false }
        let keys = KeySpace(projection: runner.settings.plan.name)
        do {
            if redis == nil { redis = try RedisConnection.open(runner.settings.redis) }
            for target in targets {
                let value = try redis?.command("GET", keys.checkpoint(generation, target.topic, target.partition)).bytes
                guard let next = value.flatMap({ Checkpoint(text: $0) })?.next, next >= target.end else { return false }
            }
            return true
        } catch {
            redis = nil
            return false
        }
    }

    /// How many events are parked, which is no failure.
    mutating func summarize(_ runners: [ProjectionRunner], _ log: Log) {
        for runner in runners {
            let parked = runner.snapshots.reduce(0) { $0 + $1.counters.parked }
            let events = runner.snapshots.reduce(0) { $0 + $1.counters.events }
            log.info(
                "reached the end",
                ["projection": .text(runner.settings.plan.name), "events": .count(events), "parked": .count(parked)])
        }
    }
}
