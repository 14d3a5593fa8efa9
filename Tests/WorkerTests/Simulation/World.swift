import Projections

@testable import Worker

/// What all lanes of a simulation share: the server, the log, the clock, and the oracle.
final class World {
    static let generationText = Array("state=live fingerprint=f token=- id=00000001".utf8)

    let plan: ProjectionPlan
    let redis = ModelRedis()
    var log: ModelLog
    var clients: [ModelClient] = []
    var random: SplitMix64
    var now: Int64 = 1_000_000
    var comparesCheckpoints = true
    /// Whether others come between the reads of a settlement; scripted runs say themselves who comes when.
    var interleaves = true
    var violations: [String] = []
    /// Makes the records of the log other ones.
    var recreations = 0
    var ledger: [Int: [Int64: LedgerEntry]] = [:]
    /// Whether some rows were spoilt on purpose: then the oracle is asked by the test itself.
    var isSpoilt = false
    var executions = 0

    var keys: KeySpace { KeySpace(projection: plan.name) }

    /// Of a compacted topic.
    var tombstoneRetention: Int64?
    /// Kafka answers nothing: neither events nor watermarks come.
    var isKafkaAway = false

    init(seed: UInt64, partitions: Int, plan: ProjectionPlan? = nil) {
        random = SplitMix64(seed: seed)
        log = ModelLog(partitions: partitions)
        self.plan = plan ?? Self.parking
        redis.data[keys.generation(1)] = .string(Self.generationText)
        for partition in 0..<partitions {
            let checkpoint = Checkpoint(next: 0, confirmed: 0, writer: "creation")
            redis.data[keys.checkpoint(1, "t", Int32(partition))] = .string(checkpoint.text)
        }
        redis.misused = { [unowned self] in violation($0) }
        redis.executed = { [unowned self] in
            executions += 1
            if !isSpoilt { checkOracle() }
        }
    }

    func violation(_ text: String) { violations.append(text) }

    func chance(_ one: Int, in all: Int) -> Bool { Int.random(in: 0..<all, using: &random) < one }

    /// Lets the server carry out some commands of random connections.
    func interleave() {
        guard interleaves else { return }
        for _ in 0..<Int.random(in: 0..<3, using: &random) {
            guard let client = clients.filter(\.hasCommands).randomElement(using: &random) else { return }
            _ = redis.step(client)
        }
    }

    func checkpoint(_ partition: Int) -> Checkpoint? {
        redis.text(keys.checkpoint(1, "t", Int32(partition))).flatMap { Checkpoint(text: $0) }
    }

    // MARK: The oracle

    /// What stands in Redis is the fold of the events below the checkpoint, for each partition.
    func checkOracle() {
        for partition in 0..<log.partitions {
            guard let next = checkpoint(partition)?.next, next <= log.end(partition) else {
                violation("partition \(partition): no checkpoint, or one beyond the log")
                continue
            }
            let expected = log.states[partition][Int(next)]
            let found = state(partition)
            if found.rows != expected.rows || found.parked != expected.parked {
                violation("partition \(partition) at \(next): expected \(expected), found \(found)")
            }
        }
    }

    func state(_ partition: Int) -> ModelLog.State {
        var state = ModelLog.State()
        for row in 0..<4 {
            guard case .hash(let fields)? = redis.data["row:\(partition):k\(row)"] else { continue }
            func number(_ field: String) -> Int64 {
                fields[field].flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? .min
            }
            state.rows[row] = ModelLog.Row(
                count: Int(number("count")), sum: Int(number("sum")), last: number("last"))
        }
        if case .sorted(let members)? = redis.data[keys.parkedIndex(1, "t", Int32(partition))] {
            state.parked = Set(members.values)
        }
        return state
    }

    /// As the shell looks at the rows of a replay.
    func damage(_ entries: [TouchedEntry]) -> String? {
        for entry in entries {
            let key = String(decoding: entry.key, as: UTF8.self)
            switch redis.data[key] {
            case nil: continue
            case .hash(let fields)?:
                for field in entry.incrementedFields {
                    let text = fields[String(decoding: field, as: UTF8.self)].map {
                        String(decoding: $0, as: UTF8.self)
                    }
                    if let text, Int64(text) == nil { return "\(key): \(text) is no integer" }
                }
            default: return "\(key): it holds another type"
            }
        }
        return nil
    }
}
