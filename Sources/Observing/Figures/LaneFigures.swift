/// What one lane of this process has counted and measured since it started. Many properties: each is one measure.
public struct LaneFigures: Sendable {
    public var lane: Int
    /// When it last went round its loop, by this machine's clock in milliseconds since 1970.
    public var tickedAt: Int64
    /// What it is known to wait for at this moment, with a time-out of its own; nil: nothing.
    public var wait: String?
    /// Whether it knows which partitions are its own.
    public var hasJoined = false
    /// Whether it has no connection to Redis.
    public var isAway = false
    public var topics: [TopicFigures] = []
    public var changes: Int64 = 0
    public var commands: Int64 = 0
    public var transactions = TransactionFigures()
    /// EXEC sent to its reply, in seconds.
    public var duration: Histogram
    /// Events of a transaction.
    public var events: Histogram
    /// A record's timestamp to the reply of the EXEC that made it visible, in seconds; one value for each event.
    public var freshness: Histogram
    /// The time of a transaction's newest event to the reply of its EXEC, in seconds; one value for each transaction.
    public var age: Histogram
    public var phases = PhaseFigures()
    public var rewinds: Int64 = 0
    public var rebalances: Int64 = 0
    public var reconnects: Int64 = 0
    /// Events of types without a rule: 100 names, and the others together.
    public var unknownTypes: [(type: String, count: Int64)] = []
    public var partitions: [PartitionFigures] = []

    public init(lane: Int, tickedAt: Int64) {
        self.lane = lane
        self.tickedAt = tickedAt
        duration = Histogram(bounds: Self.durationBounds)
        events = Histogram(bounds: Self.eventBounds)
        freshness = Histogram(bounds: Self.freshnessBounds)
        age = Histogram(bounds: Self.freshnessBounds)
    }

    public static let durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
    public static let eventBounds: [Double] = [1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000]
    public static let freshnessBounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
    ]
}
