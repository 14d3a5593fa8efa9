/// What a lane counted since it started.
public struct LaneCounters: Sendable, Equatable {
    public var events: Int64 = 0
    public var transactions: Int64 = 0
    public var commands: Int64 = 0
    public var fenced: Int64 = 0
    public var rewinds: Int64 = 0
    public var replayed: Int64 = 0
    public var parked: Int64 = 0
    public var skipped: Int64 = 0
    public var refused: Int64 = 0
}
