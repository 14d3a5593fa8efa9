/// What became of the events of one topic since a lane started; what is read again is counted again.
public struct TopicFigures: Sendable, Equatable {
    public var topic: String
    public var folded: Int64 = 0
    /// No view has a rule for their type.
    public var ignored: Int64 = 0
    public var parked: Int64 = 0
    public var skipped: Int64 = 0
    /// Read once more below the checkpoint, to compare.
    public var replayed: Int64 = 0
    /// Of keys and values.
    public var bytes: Int64 = 0

    public init(topic: String) { self.topic = topic }

    public mutating func add(_ other: TopicFigures) {
        folded += other.folded
        ignored += other.ignored
        parked += other.parked
        skipped += other.skipped
        replayed += other.replayed
        bytes += other.bytes
    }
}
