public import Projections
import Records

/// What a lane is told once, when it starts; all times in milliseconds. Many properties: each is one setting.
public struct LaneSettings: Sendable {
    public var plan: ProjectionPlan
    /// The exact bytes of the record of the generation that it works for: every transaction compares them.
    public var generationText: [UInt8]
    /// The generation's identifier: which one it is, wherever it is.
    public let generationIdentifier: String
    /// The database that the generation is in.
    public var database = 0
    /// Whether that is the home one.
    public var role = Role.live
    /// Who it is, random for each start: 16 hexadecimal digits.
    public var writer: String
    /// Partitions given by the configuration and not by a consumer group.
    public var hasFixedPartitions = false
    /// The consumer group's name and the user at Kafka, for messages.
    var group = ""
    var kafkaUser: String?

    public var commandsPerTransaction: Int
    public var bytesPerTransaction: Int
    /// So much of a streamed transaction goes out at once.
    public var chunkBytes = 16 << 10
    /// A changeset that coalesces well may hold more events than commands; this bounds what a drop folds again.
    public var eventsPerTransaction = 100_000
    /// WATCH is quadratic: no more partitions in one transaction.
    public var partitionsPerTransaction = 64
    public var backOffFirst: Int64
    public var backOffLast: Int64
    public var heartbeat: Int64 = 1_000
    /// Compacted topics: how long an idle partition's end may stay unasked for (a quarter of delete.retention.ms if
    /// that is shorter).
    public var endRenewal: Int64 = 60_000
    /// How often the server is asked whether it may evict keys, in milliseconds.
    package var memoryCheckInterval: Int64 = 10_000
    /// This often the logs of some partitions are inspected without a cause.
    public var inspectionInterval: Int64 = 1_000
    /// At most this many partitions are in one inspection.
    public var claimsPerInspection = 64
    /// This long a log may seem to end before the checkpoint: a new leader that lags says so for a moment.
    public var shortEndPatience: Int64 = 5_000
    /// After this long without an answer of the group it is said what it waits for.
    public var joinPatience: Int64 = 5_000
    public var commandTimeout: Int64
    /// How long a revoked partition's last transaction is awaited.
    public var revocationTimeout: Int64
    /// With fixed partitions, live: the number of losses to one other writer within `lossWindow` that halts the partition.
    public var lossesUntilHalt = 5
    public var lossWindow: Int64 = 60_000
    public var parkedPerKey: Int
    public var parkedInAll: Int
    /// A larger value is not kept with its parked event: it stays in Kafka only.
    public var recordBytes: Int
    /// So many first events of a topic that are all not JSON halt the partition.
    public var proofEvents = 100

    /// Whether batches are always merged, or always streamed; nil: as the lane sees fit. For tests and measurements.
    package var mergesBatches: Bool?
    /// The canary: switched off in tests to show that they would notice a fence that compares nothing.
    package var comparesCheckpoints = true

    /// What the generation is for now.
    public enum Role: Sendable, Equatable {
        /// Readers see its rows.
        case live
        /// It is built, or kept current, beside the live one: nothing past the live checkpoints is folded (a partition
        /// without a ceiling is not read at all), and nothing is produced.
        case build
    }

    public init(plan: ProjectionPlan, generationText: [UInt8], writer: String, limits: Limits = Limits()) {
        self.plan = plan
        self.generationText = generationText
        generationIdentifier = GenerationRecord(bytes: generationText)?.identifier ?? "-"
        self.writer = writer
        commandsPerTransaction = limits.commandsPerTransaction
        bytesPerTransaction = limits.bytesPerTransaction
        parkedPerKey = limits.parkedPerKey
        parkedInAll = limits.parked
        recordBytes = limits.recordBytes
        backOffFirst = Int64(limits.backOffMinimumMilliseconds)
        backOffLast = Int64(limits.backOffMaximumMilliseconds)
        commandTimeout = Int64(limits.commandTimeoutMilliseconds)
        revocationTimeout = Int64(limits.revocationDeadlineMilliseconds)
    }

    var keys: KeySpace { KeySpace(projection: plan.name) }
}
