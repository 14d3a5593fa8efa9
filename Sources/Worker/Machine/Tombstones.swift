/// A compacted topic's partition: how long its tombstones are kept, and what is known of its end.
struct Tombstones: Sendable {
    /// How long the broker keeps them; nil if it does not report it.
    var retention: Int64?
    /// An end of the log that is not reached yet, and a time before it was asked for.
    var reportedEnd: (offset: Int64, time: Int64)?
    /// When the end was last asked for, on the machine's clock.
    var endAskedAt: Int64 = 0
}
