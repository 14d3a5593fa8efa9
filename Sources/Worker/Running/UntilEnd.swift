import Logging
import Projections
import Records
import Redis
import System

/// `--until-end`: have the checkpoints in Redis reached the ends, whichever worker wrote them?
struct UntilEnd: ~Copyable {
    /// A partition and its end at the start.
    typealias Target = (topic: String, partition: Int32, end: Int64)

    private var redis: RedisConnection?
    private var nextLook: Int64 = 0
    /// This often, once a second, another worker's note of a halt must have been found: the one who has the partition now may
    /// be about to project again.
    private static let looksUntilHalted = 5
    private var haltedLooks: [String: Int] = [:]
    /// Fixed partitions: one of another worker that stands still for this long, in milliseconds, is taken for nobody's.
    private let patience: Int64
    private var standstills: [String: (next: Int64, since: Int64)] = [:]

    /// The exit code once every partition reached its end or halted; nil before.
    mutating func outcome(_ runners: [ProjectionRunner], _ targets: [[Target]]) -> WorkerSession.End? {
        var halted = false
        var open: [(runner: ProjectionRunner, targets: [Target])] = []
        for (runner, targets) in zip(runners, targets) {
            // One that cannot run reaches no end; the session ends with its error.
            if case .blocked = runner.state { continue }
            let snapshots = runner.snapshots
            let own = snapshots.flatMap(\.partitions)
            // Before that it is not known which partitions are others', and what Redis says of them may be an old story.
            let knowsOwn = !snapshots.isEmpty && snapshots.allSatisfy(\.hasJoined)
            var left: [Target] = []
            for target in targets {
                let mine = own.first { $0.topic == target.topic && $0.partition == target.partition }
                // One that halts at its end is a halt all the same, and one that is being checked may come to it.
                switch mine?.phase {
                case .halted?: halted = true
                case .folding? where mine.map({ $0.next >= target.end }) == true: break
                case nil where knowsOwn && !Self.owns(runner, target): left.append(target)
                default: return nil
                }
            }
            if !left.isEmpty { open.append((runner, left)) }
        }
        if open.isEmpty { return halted ? .halted : .done }
        // Others of the group may have done the rest: ask Redis, but not with every tick.
        let now = Clock.milliseconds()
        guard now >= nextLook else { return nil }
        nextLook = now + 1_000
        for (runner, targets) in open {
            switch look(runner, targets) {
            case nil: return nil
            case .reached?: break
            case .halted?: halted = true
            case .unread(let words)?: return .failed(WorkerError(.failed, words))
            }
        }
        return halted ? .halted : .done
    }

    /// Without a group it is known beforehand who reads a partition.
    private static func owns(_ runner: ProjectionRunner, _ target: Target) -> Bool {
        switch runner.settings.fixed {
        case nil: false
        case .all?: true
        case .only(let partitions)?: partitions.contains(target.partition)
        }
    }

    init(patience: Int64) { self.patience = patience }

    private enum Finding {
        case reached, halted
        case unread(String)
    }

    /// What Redis says of partitions that others read; nil: not there yet.
    private mutating func look(_ runner: ProjectionRunner, _ targets: [Target]) -> Finding? {
        guard case .running = runner.state else { return nil }
        let keys = KeySpace(projection: runner.settings.plan.name)
        var finding = Finding.reached
        do {
            let options = runner.redis
            if redis?.options.address != options.address { redis = nil }
            if redis == nil { redis = try RedisConnection.open(options) }
            let text = try redis?.command("GET", keys.generation).text
            guard let identifier = text.flatMap({ GenerationRecord(text: $0) })?.identifier else { return nil }
            for target in targets {
                let value = try redis?.command("GET", keys.checkpoint(target.topic, target.partition)).bytes
                guard let next = value.flatMap({ Checkpoint(text: $0) })?.next else { return nil }
                let field = DamageRecord.field(identifier, target.topic, target.partition)
                let damage = try redis?.command("HGET", keys.damage, field).text
                let place = "\(target.topic):\(target.partition)"
                let state = About.state(identifier, target.topic, target.partition)
                let note = try redis?.command("HGET", keys.about, state).text
                let isHalted = note?.hasPrefix("halted ") == true
                haltedLooks[place] = isHalted ? haltedLooks[place, default: 0] + 1 : 0
                if let damage, DamageRecord(text: damage).holds(at: next) {
                    finding = .halted
                } else if isHalted {
                    if haltedLooks[place, default: 0] < Self.looksUntilHalted { return nil }
                    finding = .halted
                } else if next < target.end {
                    return unread(runner, target, next).map { .unread($0) }
                }
            }
            return finding
        } catch {
            redis = nil
            return nil
        }
    }

    /// In a group somebody is given each partition; without one it is waited for as long as it moves.
    private mutating func unread(_ runner: ProjectionRunner, _ target: Target, _ next: Int64) -> String? {
        guard case .only(let own)? = runner.settings.fixed else { return nil }
        let now = Clock.milliseconds()
        let place = "\(runner.settings.plan.name) \(target.topic):\(target.partition)"
        guard let before = standstills[place], before.next == next else {
            standstills[place] = (next, now)
            return nil
        }
        guard now - before.since >= patience else { return nil }
        let numbers = own.map { "\($0)" }.joined(separator: ", ")
        return
            "projection \(runner.settings.plan.name): \(target.topic)-\(target.partition) stands at offset \(next), its end is "
            + "\(target.end), and it has not moved for \(patience / 1000) s: this worker reads only the partitions \(numbers) "
            + "(`worker: { partitions: … }`), and no other one seems to read that partition. Start one that does, or remove "
            + "`partitions`."
    }

    /// How many events are parked, which is not a failure.
    mutating func summarize(_ runners: [ProjectionRunner], _ log: Log) {
        for runner in runners {
            let parked = runner.snapshots.reduce(0) { $0 + $1.counters.parked }
            let events = runner.snapshots.reduce(0) { $0 + $1.counters.events }
            var unknown = TypeCounts()
            for snapshot in runner.snapshots { unknown.add(snapshot.unknownTypes) }
            let name = runner.settings.plan.name
            log.info(
                "reached the end", ["projection": .text(name), "events": .count(events), "parked": .count(parked)])
            guard !unknown.isEmpty else { continue }
            log.info(
                "events of types that no view has a rule for",
                ["projection": .text(name), "types": .text(unknown.description)])
        }
    }
}
