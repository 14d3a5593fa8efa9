/// A topic that a projection reads, with its options.
public struct Topic: Sendable, Hashable {
    public var name: String
    /// The path whose text the record key must be, for instance `$.orderId`: checked for each event that changes
    /// something, and supplied by the record key in tombstones.
    public var key: String?
    /// The topic is compacted: only views whose rows are written whole may read it.
    public var isCompacted: Bool

    public init(_ name: String, key: String? = nil, isCompacted: Bool = false) {
        self.name = name
        self.key = key
        self.isCompacted = isCompacted
    }
}

/// What may be among a projection's topics: a name, or a `Topic`.
public protocol TopicConvertible {
    var topic: Topic { get }
}

extension Topic: TopicConvertible {
    public var topic: Topic { self }
}

extension String: TopicConvertible {
    public var topic: Topic { Topic(self) }
}
