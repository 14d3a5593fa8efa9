/// What became of events: of one partition since its last transaction, or of a topic since the lane started.
public struct EventCounts: Sendable, Equatable {
    /// All that were passed, whatever became of them.
    public internal(set) var passed: Int64 = 0
    /// No view has a rule for their type.
    public internal(set) var ignored: Int64 = 0
    public internal(set) var parked: Int64 = 0
    public internal(set) var skipped: Int64 = 0
    /// Read once more below the checkpoint, to compare; not among the passed ones.
    public internal(set) var replayed: Int64 = 0
    /// Of keys and values.
    public internal(set) var bytes: Int64 = 0

    public var folded: Int64 { passed - ignored - parked - skipped }

    mutating func add(_ other: EventCounts) {
        passed += other.passed
        ignored += other.ignored
        parked += other.parked
        skipped += other.skipped
        replayed += other.replayed
        bytes += other.bytes
    }
}
