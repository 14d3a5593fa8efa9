/// What a lane spends its time with.
public enum LanePhase: Sendable {
    /// Events are taken, decoded and folded.
    case fold
    /// Transactions are encoded, sent and answered, or a reply is waited for with nothing else to do.
    case redis
    /// It waits for events that are in the log.
    case kafka
    /// It is at the end of all of its partitions.
    case idle
}
