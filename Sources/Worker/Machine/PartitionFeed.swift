/// How Kafka gives a partition's events, as far as the lane knows.
struct PartitionFeed: Sendable {
    /// The end of the log as last reported.
    var end: Int64?
    /// An end of the log that was reported while the partition was not watched.
    var unwrittenEnd: Int64?
    var isPaused = false
    /// The first offset that may not be folded yet; `.max` for a live generation, which has none.
    var ceiling = Int64.max
    /// Events from the ceiling on were dropped, and are read again when it rises.
    var isAtCeiling = false
    /// Its next event's schema was not here when it was read last.
    var awaitsSchema = false
    /// Events were dropped that must be read again.
    var needsPlacement = false
}
