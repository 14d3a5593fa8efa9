public import Records

/// One projection in this process: its lanes, or why there are none.
public struct ProjectionFigures: Sendable {
    public var name: String
    /// Whether it builds a generation that is not live.
    public var role = WorkerProjection.Role.live
    public var state = WorkerProjection.State.starting
    public var reason: String?
    /// Whether its lanes have run in this process: what it waits for was reached once.
    public var hasRun = false
    /// The live generation's number, and its identifier.
    public var generation: Int?
    public var identifier: String?
    /// At so many parked events a partition halts.
    public var parkedLimit: Int64 = 0
    /// How many partitions its topics have.
    public var partitionCounts: [(topic: String, partitions: Int)] = []
    /// Of a build: why it rests, by a word of a closed set.
    public var throttle: String?
    public var lanes: [LaneFigures] = []

    public init(name: String) { self.name = name }
}
