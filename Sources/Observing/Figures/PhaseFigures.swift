/// Where a lane's time goes, in seconds since it started.
public struct PhaseFigures: Sendable, Equatable {
    /// Events are taken, decoded and folded.
    public var fold = 0.0
    /// Transactions are encoded, sent and answered, or a reply is waited for with nothing else to do.
    public var redis = 0.0
    /// It waits for events that are in the log.
    public var kafka = 0.0
    /// It is at the end of all of its partitions.
    public var idle = 0.0

    public init() {}

    public mutating func add(_ other: PhaseFigures) {
        fold += other.fold
        redis += other.redis
        kafka += other.kafka
        idle += other.idle
    }
}
