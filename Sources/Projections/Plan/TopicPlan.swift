/// A topic that a projection reads.
public struct TopicPlan: Sendable, Equatable {
    public var name: String
    /// The path whose text is the record key (`key: $.orderId`): an index into `ProjectionPlan.paths`.
    public var keyPath: Int?
    /// Declared compacted: only whole-state changes, and rules of its own at the end of the topic.
    public var isCompacted: Bool

    public init(name: String, keyPath: Int? = nil, isCompacted: Bool = false) {
        self.name = name
        self.keyPath = keyPath
        self.isCompacted = isCompacted
    }
}
