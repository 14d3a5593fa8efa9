/// One thing that is not well.
public struct VerdictFinding: Sendable, Encodable, Equatable {
    /// What kind of thing, for scripts and alerts: see ``Code``.
    public var code: Code
    public var level: Verdict.Level
    /// Of what: a projection, a partition of it, `redis`, `kafka`.
    public var subject: String
    /// In words: what happened, to what, and why.
    public var what: String
    /// Since when, by this machine's clock in milliseconds since 1970, as far as that was seen.
    public var since: Int64?
    public var action: String

    public enum Code: String, Sendable, Encodable, CaseIterable {
        case redisAway = "redis-away"
        case kafkaAway = "kafka-away"
        /// Nothing is known: the last look is too long ago.
        case unknown
        case laneStuck = "lane-stuck"
        /// Something keeps every worker from the projection.
        case obstacle
        case damaged
        case halted
        /// Kafka or a dead-letter topic refuses something of a partition.
        case refused
        case missing
        /// No worker runs that could fold the live generation.
        case nobodyFolds = "nobody-folds"
        /// No worker has the partition.
        case unowned
        case parked
        case redisMemory = "redis-memory"
    }

    public init(
        _ code: Code, _ level: Verdict.Level, _ subject: String, _ what: String, since: Int64? = nil, action: String
    ) {
        self.code = code
        self.level = level
        self.subject = subject
        self.what = what
        self.since = since
        self.action = action
    }
}
