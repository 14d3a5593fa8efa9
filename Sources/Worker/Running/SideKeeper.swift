import Bytes
import Projections
import Records
import Redis
import Synchronization
import System

/// While lanes run: looks once a second whether claims, growth and about are still there, and writes what was lost again from what
/// it saw last.
final class SideKeeper: Sendable {
    private static let interval: Int64 = 1_000
    /// Of about, states and counts of rewinds may be as old as this.
    private static let renewal: Int64 = 30_000

    private struct State {
        var nextLook: Int64 = 0
        var nextRenewal: Int64 = 0
        var growth: [[UInt8]] = []
        var about: [[UInt8]] = []
        /// What could not be cured is said once.
        var said = ""
    }

    private let sides: GenerationSides
    private let text: [UInt8]
    private let report: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// `text` is the generation's record.
    init(_ sides: GenerationSides, text: String, report: @escaping @Sendable (String) -> Void) {
        self.sides = sides
        self.text = Array(text.utf8)
        self.report = report
    }

    private var keys: KeySpace { KeySpace(projection: sides.plan.name) }

    /// Cheap, and seldom: for everyone who looks at something else once a second.
    func look(_ redis: inout RedisConnection) throws {
        try state.withLock { state in
            let now = Clock.milliseconds()
            guard now >= state.nextLook else { return }
            state.nextLook = now + Self.interval
            let loss = try sides.loss(&redis)
            if loss.isNone {
                state.growth = try fields(of: keys.growth, &redis)
                guard now >= state.nextRenewal else { return }
                state.nextRenewal = now + Self.renewal
                state.about = try fields(of: keys.about, &redis)
            } else {
                try restore(loss, state: &state, &redis)
            }
        }
    }

    private func fields(of key: String, _ redis: inout RedisConnection) throws -> [[UInt8]] {
        try redis.command("HGETALL", key).elements?.compactMap(\.bytes) ?? []
    }

    private func restore(
        _ loss: GenerationSides.Loss, state: inout State, _ redis: inout RedisConnection
    ) throws {
        var commands = CommandBuffer()
        for claim in sides.claims where loss.views.contains(claim.view) {
            commands.command("HSET", KeySpace.claims, claim.field, claim.value)
        }
        if !loss.topics.isEmpty { append(state.growth, to: keys.growth, &commands) }
        if loss.isAboutLost { append(state.about, to: keys.about, &commands) }
        guard commands.commandCount > 0 else { return }
        let others = try Claim.all(&redis).filter { $0.projection != sides.plan.name }
        for claim in sides.claims where loss.views.contains(claim.view) {
            guard let other = others.first(where: { $0.covers(keyOf: claim) }) else { continue }
            say(
                "projection \(sides.plan.name): the claim of view \(claim.view) was removed, and view \(other.view) of projection "
                    + "\(other.projection) has claimed keys that could be the same: two projections may now write the same rows. Stop "
                    + "one of them, and give one another key template", &state)
            return
        }
        let hold = GenerationHold(expected: [(keys.generation, text)])
        if try hold.perform(commands, watching: [KeySpace.claims], &redis) {
            report(sides.words(loss, from: "what this worker had read"))
        }
    }

    private func append(_ fields: [[UInt8]], to key: String, _ commands: inout CommandBuffer) {
        guard !fields.isEmpty else { return }
        commands.begin(2 + fields.count)
        commands.argument("HSET")
        commands.argument(text: key)
        for field in fields { commands.argument(field) }
    }

    private func say(_ words: String, _ state: inout State) {
        guard state.said != words else { return }
        state.said = words
        report(words)
    }
}
