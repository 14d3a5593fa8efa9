/// What a lane counted since it started.
public struct LaneCounters: Sendable, Equatable {
    public var events: Int64 = 0
    /// Closed ones; each is applied, fenced, refused, unknown or damaged.
    public var transactions: Int64 = 0
    public var applied: Int64 = 0
    /// The connection was gone before the reply.
    public var unknown: Int64 = 0
    public var damaged: Int64 = 0
    /// Before they were merged.
    public var changes: Int64 = 0
    public var commands: Int64 = 0
    public var fenced: Int64 = 0
    public var rewinds: Int64 = 0
    public var replayed: Int64 = 0
    public var parked: Int64 = 0
    public var skipped: Int64 = 0
    public var refused: Int64 = 0
    /// Connections to Redis.
    public var connects: Int64 = 0
}
