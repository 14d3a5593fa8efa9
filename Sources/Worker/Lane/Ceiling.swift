/// How far a partition of a build may be read: up to the live generation's checkpoint.
public struct Ceiling: Sendable, Equatable {
    /// The topic's index in the plan.
    public var topic: Int
    public var partition: Int32
    /// The live checkpoint's next offset: the first event that may not be folded yet.
    public var next: Int64

    public init(topic: Int, partition: Int32, next: Int64) {
        self.topic = topic
        self.partition = partition
        self.next = next
    }
}
