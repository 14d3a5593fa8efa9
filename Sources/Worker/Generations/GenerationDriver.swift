import Bytes
import Projections
import Records
public import Redis
import System

/// Drops a projection's generation in steps, and makes the next one if that is the goal.
///
/// The first step records a token in the generation's key, state `dropping`: from then on its lanes write nothing.
/// Every later step is a transaction that compares that key first. So of two drivers one continues and the
/// other stops without removing anything of the first one's; and after a kill between any two steps another driver
/// takes over from what Redis holds. Only keys that the projection's claims cover are removed, and none that another
/// one's claim covers too.
public struct GenerationDriver {
    public enum Goal: Sendable {
        /// Make the next generation in the same database.
        case next(GenerationKeeper)
        /// Leave nothing of the projection.
        case nothing
    }

    enum Step: Equatable {
        case fenceOff
        /// Rows of the claim of that index, from that cursor of SCAN on.
        case removeRows(claim: Int, cursor: [UInt8])
        case removeKeys(cursor: [UInt8])
        case finish
        case done
    }

    private static let start = RedisConnection.scanStart

    private let projection: String
    private let goal: Goal
    private let keys: KeySpace
    private let inventory: GenerationInventory
    private var hold: GenerationHold
    private(set) var step: Step
    /// The generation that was made.
    private(set) var standing: GenerationKeeper.Standing?
    /// Rows that were removed.
    public private(set) var removed = 0
    /// Rows that were left because another projection's claim covers them too.
    public private(set) var left = 0

    /// Looks at what there is and refuses what cannot succeed; changes nothing.
    ///
    /// Throws ``WorkerError`` naming why it is refused, `RedisError`.
    ///
    /// `identifier` is the only generation that may be there: a promotion may have exchanged the database a moment ago. `text`
    /// is all that its record may hold: another driver may have begun.
    public init(
        _ projection: String, goal: Goal, only identifier: String? = nil, exactly text: String? = nil,
        _ redis: inout RedisConnection
    ) throws {
        self.projection = projection
        self.goal = goal
        keys = KeySpace(projection: projection)
        inventory = try GenerationInventory(projection, &redis)
        let found = inventory.record.flatMap { GenerationRecord(bytes: $0) }
        if identifier.map({ $0 != found?.identifier }) ?? false || text.map({ $0 != found?.text }) ?? false {
            throw WorkerError(
                .refused,
                "projection \(projection): generation \(identifier ?? "") is no longer where it was; nothing of it was removed. See `lantern generations`."
            )
        }
        if case .next(let keeper) = goal { try keeper.refuseNext(after: inventory, &redis) }
        hold = GenerationHold(expected: [(keys.generation, inventory.record)])
        step = inventory.isEmpty && goal.isNext ? .finish : .fenceOff
    }

    /// Takes all the steps that are left.
    ///
    /// Throws ``WorkerError`` if another driver has taken over, and `RedisError`; what was removed stays removed, and
    /// the next driver continues from there.
    ///
    /// While it `isPaced` it rests as long as it works, so that others find Redis free half of the time. Once it is cancelled it
    /// leaves the rest to the next driver.
    public mutating func run(
        _ redis: inout RedisConnection, isPaced: Bool = false, isCancelled: () -> Bool = { false }
    ) throws {
        while step != .done, !isCancelled() {
            let began = Clock.milliseconds()
            try advance(&redis)
            let worked = Clock.milliseconds() - began
            if isPaced, worked > 0 { Pause.milliseconds(min(worked, 100)) }
        }
    }

    /// Whether nothing is left to do.
    public var isDone: Bool { step == .done }

    /// Takes one step.
    mutating func advance(_ redis: inout RedisConnection) throws {
        switch step {
        case .fenceOff: try fenceOff(&redis)
        case .removeRows(let index, let cursor): try removeRows(index, cursor, &redis)
        case .removeKeys(let cursor): try removeKeys(cursor, &redis)
        case .finish: try finish(&redis)
        case .done: break
        }
    }

    private mutating func fenceOff(_ redis: inout RedisConnection) throws {
        var record =
            inventory.record.flatMap { GenerationRecord(bytes: $0) }
            ?? GenerationRecord(
                number: inventory.number, identifier: GenerationRecord.drawIdentifier(), fingerprint: "unknown")
        record.state = .dropping
        record.token = GenerationRecord.drawIdentifier() + GenerationRecord.drawIdentifier()
        record.deadline = 0
        let key = keys.generation
        var commands = CommandBuffer()
        commands.command("SET", key, record.text)
        do {
            guard try hold.perform(commands, &redis) else { throw lost(&redis) }
            hold.expected[0].value = Array(record.text.utf8)
        } catch let error as RedisError where error.kind == .server(.oom) {
            // The key that is gone fences its lanes as well, and takes no memory.
            guard try hold.remove([Self.words("DEL", key)], &redis) else { throw lost(&redis) }
            hold.expected[0].value = nil
        }
        step = inventory.own.isEmpty ? .removeKeys(cursor: Self.start) : .removeRows(claim: 0, cursor: Self.start)
    }

    private mutating func removeRows(_ index: Int, _ cursor: [UInt8], _ redis: inout RedisConnection) throws {
        let pattern = inventory.own[index].pattern
        let others = inventory.others.map(\.pattern)
        let page = try redis.scanPage(match: pattern.scanPattern, from: cursor)
        let own = page.keys.filter { pattern.parse($0.span) != nil }
        let free = own.filter { key in !others.contains { $0.parse(key.span) != nil } }
        try unlink(free, &redis)
        removed += free.count
        left += own.count - free.count
        if page.next != Self.start {
            step = .removeRows(claim: index, cursor: page.next)
        } else if index + 1 < inventory.own.count {
            step = .removeRows(claim: index + 1, cursor: Self.start)
        } else {
            step = .removeKeys(cursor: Self.start)
        }
    }

    /// Lantern's own keys, but for the one that the steps compare, and what the next generation inherits.
    private mutating func removeKeys(_ cursor: [UInt8], _ redis: inout RedisConnection) throws {
        // How the topics grew is inherited: a driver that continues after a kill must find it.
        let history = goal.isNext ? [keys.growth, keys.about] : []
        let kept = (hold.expected.map(\.key) + history).map { Array($0.utf8) }
        let page = try redis.scanPage(match: Array(keys.pattern.utf8), from: cursor)
        let found = page.keys.filter { key in
            !kept.contains(key) && (!goal.isNext || GenerationInventory.isOfGeneration(key, projection))
        }
        try unlink(found, &redis)
        step = page.next == Self.start ? .finish : .removeKeys(cursor: page.next)
    }

    private func unlink(_ keys: [[UInt8]], _ redis: inout RedisConnection) throws {
        guard !keys.isEmpty else { return }
        guard try hold.remove([[Array("UNLINK".utf8)] + keys], &redis) else { throw lost(&redis) }
    }

    private mutating func finish(_ redis: inout RedisConnection) throws {
        var removals = [Self.words("DEL", keys.generation, keys.growth, keys.about)]
        for claim in inventory.own { removals.append(Self.words("HDEL", KeySpace.claims, claim.field)) }
        switch goal {
        case .nothing:
            // Workers that had this as their home before a promotion left their entries: the database is to be empty.
            removals.append(Self.words("DEL", KeySpace.workers))
            guard try hold.remove(removals, &redis) else { throw lost(&redis) }
        case .next(let keeper):
            let number = inventory.number + 1
            let record = keeper.newRecord(number: number)
            var commands = CommandBuffer()
            for removal in removals {
                commands.begin(removal.count)
                for argument in removal { commands.argument(argument) }
            }
            keeper.appendCreation(of: record, inheriting: inventory.inheritance, to: &commands)
            do {
                let isMade = try hold.perform(commands, watching: [KeySpace.claims], &redis) { redis in
                    try keeper.refuseCollisions(try Claim.all(&redis))
                }
                guard isMade else { throw lost(&redis) }
            } catch let error as RedisError {
                throw WorkerError(
                    .refused,
                    "projection \(projection): its rows are removed, but generation \(number) could not be created: \(error.message). Correct that, then run `lantern run --fresh \(projection)` again."
                )
            }
            standing = .write(number: number, text: record.text, identifier: record.identifier)
        }
        step = .done
    }

    private func lost(_ redis: inout RedisConnection) -> WorkerError {
        WorkerError(
            .refused,
            "projection \(projection): another `--fresh` or `drop` is working on its generation \(inventory.number), or has replaced it. This one stopped and removes nothing more; see `lantern status`."
        )
    }

    private static func words(_ words: String...) -> [[UInt8]] { words.map { Array($0.utf8) } }
}

extension GenerationDriver.Goal {
    var isNext: Bool { if case .next = self { true } else { false } }
}
