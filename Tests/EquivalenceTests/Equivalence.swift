import Bytes
import Configuration
import Formats
import Oracle
import Projections
import Seeded

/// One seed: a random projection on random events through the worker's decoder, fold and changeset into a real Redis, and
/// through the oracle.
struct Equivalence {
    let projection: OracleProjection
    let events: [OracleEvent]
    let redis: RedisReader
    /// One of so many events ends a batch.
    let batch: UInt64

    /// What differs, in words; empty if nothing does.
    func differences(seed: UInt64, now: Int) throws -> [String] {
        let plan: ProjectionPlan
        do {
            plan = try Configuration.parse(text: projection.yaml(), file: "seed-\(seed).yaml").projections[0]
        } catch {
            return ["the configuration is refused: \(error)"]
        }
        var random = SplitMix64(seed: seed ^ 0xBA7C4)
        var oracle = OracleFold(projection)
        let projector = PlanRunner(plan)
        var changes = Changeset()
        var differences: [String] = []
        func flush() throws {
            if let error = try send(changes) { differences.append(error) }
            changes.removeAll()
            // A batch is merged, or streamed as an open transaction is.
            changes.isMerging = random.next() % 2 == 0
        }
        for event in events {
            let decision = oracle.project(event)
            if case .damage = decision { continue }
            var outcome = projector.project(event, into: &changes)
            if outcome == .changesetMustCloseFirst {
                try flush()
                outcome = projector.project(event, into: &changes)
            }
            if !agrees(decision, outcome) {
                differences.append("\(event.short): the oracle says \(decision), the worker \(outcome)")
            }
            if random.next() % batch == 0 { try flush() }
        }
        try flush()
        // One event that only one of the two takes makes rows differ as a matter of course.
        if differences.isEmpty { differences = try OracleDump(redis).compare(with: oracle.model, now: now) }
        return differences
    }

    private func agrees(_ decision: OracleDecision, _ outcome: ProjectionOutcome) -> Bool {
        switch (decision, outcome) {
        case (.projected, .projected), (.ignored, .projected), (.unknown, .unknownType), (.bad, .bad): true
        default: false
        }
    }

    /// The changeset in one transaction; what Redis says against it.
    private func send(_ changes: borrowing Changeset) throws -> String? {
        if changes.isEmpty { return nil }
        var commands = CommandBuffer()
        commands.command("MULTI")
        changes.encode(into: &commands)
        commands.command("EXEC")
        let replies = try redis.exchange(commands.bytes.span.array, replies: commands.commandCount)
        guard case .array(let results)? = replies.last, results.count == commands.commandCount - 2 else {
            return "EXEC: \(replies)"
        }
        for case .error(let text) in results { return "EXEC: \(text)" }
        return nil
    }
}

extension OracleEvent {
    /// The event on a line.
    var short: String {
        func show(_ bytes: [UInt8]?) -> String {
            guard let bytes else { return "null" }
            let text = String(decoding: bytes, as: UTF8.self)
            return text.count > 700 ? "\(text.prefix(300))…\(text.suffix(100)) (\(bytes.count) bytes)" : text
        }
        let headers = headers.map { "\($0.name)=\(show($0.value))" }.joined(separator: " ")
        return
            "\(topic):\(partition):\(offset) @\(timestamp) key \(show(key)) headers [\(headers)] value \(show(value))"
    }
}
