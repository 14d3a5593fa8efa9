import Bytes
import Projections
import Records

@testable import Worker

/// What all lanes of a simulation share: the server, the log, the clock, and the oracle.
final class World {
    static let generationText = Array("number=1 id=00000001 state=open fingerprint=f token= deadline=0".utf8)

    let plan: ProjectionPlan
    let redis = ModelRedis()
    var log: ModelLog
    var clients: [ModelClient] = []
    var random: SplitMix64
    var now: Int64 = 1_000_000
    var comparesCheckpoints = true
    /// Whether others come between the reads of a settlement; scripted runs say themselves who comes when.
    var interleaves = true
    /// Lets other lanes move in the middle of what one of them does.
    var others: (() -> Void)?
    /// What happens once, after the next reading of a partition's checkpoint and before that is used.
    var meanwhile: (() -> Void)?
    /// Whether connections break in the middle of round trips.
    var breaksRoundTrips = false
    /// What one reply may have at most.
    var replyBytes = 128 << 20
    /// Whether topics have ids that tell one from another of the same name.
    var hasTopicIDs = false
    /// How long an inspection takes in a scripted run, in milliseconds.
    var inspectionTime: Int64 = 0
    /// Since when a partition's log seems too short.
    var shortSince: [Int: Int64] = [:]
    /// The log that was read before another one took its name; nil while it is the same.
    private var first: ModelLog?
    var isExchanged: Bool { first != nil }
    /// The log whose events are in the views.
    var projected: ModelLog { first ?? log }
    var violations: [String] = []
    /// Makes the records of the log other ones.
    var recreations = 0
    /// Whether some rows were spoilt on purpose: then the oracle is asked by the test itself.
    var isSpoilt = false
    var executions = 0
    /// Dead letters that Kafka has, `PARTITION:OFFSET`.
    var delivered: Set<String> = []
    /// Partitions of which something was written bare: nothing is known of their rows any more.
    var bared: Set<Int> = []
    /// Where the checkpoint stood after a transaction in which a change of this partition failed.
    var damagedAt: [Int: Int64] = [:]
    /// Whether the last transaction had an error element.
    var hasFailed = false

    var keys: KeySpace { KeySpace(projection: plan.name) }

    /// Of a compacted topic.
    var tombstoneRetention: Int64?
    /// Kafka answers nothing: neither events nor watermarks come.
    var isKafkaAway = false

    init(seed: UInt64, partitions: Int, plan: ProjectionPlan? = nil) {
        random = SplitMix64(seed: seed)
        log = ModelLog(partitions: partitions)
        self.plan = plan ?? Self.parking
        redis.data[keys.generation] = .string(Self.generationText)
        for partition in 0..<partitions {
            let checkpoint = Checkpoint(next: 0, confirmed: 0, writer: "creation")
            redis.data[keys.checkpoint("t", Int32(partition))] = .string(checkpoint.text)
        }
        redis.clock = { [unowned self] in now }
        redis.misused = { [unowned self] in violation($0) }
        redis.bared = { [unowned self] key in
            bared.formUnion((0..<log.partitions).filter { key.hasPrefix("row:\($0):") || key.hasSuffix(":t:\($0)") })
        }
        redis.executed = { [unowned self] commands, failed in
            executions += 1
            // Also the transaction that ends a drain leaves this one.
            if redis.text(keys.generation) != Self.generationText { violation("a transaction under another record") }
            hasFailed = !failed.isEmpty
            checkDamage(commands, failed)
            checkNotice(commands, failed)
            if !isSpoilt { checkOracle() }
        }
    }

    func violation(_ text: String) { violations.append(text) }

    func chance(_ one: Int, in all: Int) -> Bool { Int.random(in: 0..<all, using: &random) < one }

    /// Lets the server carry out some commands of random connections.
    func interleave() {
        guard interleaves else { return }
        others?()
        for _ in 0..<Int.random(in: 0..<3, using: &random) {
            guard let client = clients.filter(\.hasCommands).randomElement(using: &random) else { return }
            _ = redis.step(client)
        }
    }

    /// The topic is deleted and made again, with other records: `counts` for each partition.
    func exchangeLog(_ counts: [Int]) {
        if first == nil { first = log }
        recreations += 1
        log = ModelLog(partitions: counts.count)
        for (partition, count) in counts.enumerated() {
            for number in 0..<count { log.append(partition, row: number % 4, number: 7_000_000 + number) }
        }
    }

    func checkpoint(_ partition: Int) -> Checkpoint? {
        redis.text(keys.checkpoint("t", Int32(partition))).flatMap { Checkpoint(text: $0) }
    }
}
