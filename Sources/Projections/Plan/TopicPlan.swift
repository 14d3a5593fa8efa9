/// A topic that a projection reads.
public struct TopicPlan: Sendable, Equatable {
    public var name: String
    /// The path whose text is the record key (`key: $.orderId`): an index into `ProjectionPlan.paths`.
    public var keyPath: Int?
    /// The paths that are the columns of the record key, which has the value's encoding (`key: [$.id, $.no]`).
    public var keyColumns: [Int]
    /// Declared compacted: only whole-state changes, and rules of its own at the end of the topic.
    public var isCompacted: Bool
    public var format: TopicFormat
    /// Its events' type; nil: as the projection says.
    public var type: ValueSource?
    /// Its events' time; nil: as the projection says.
    public var time: TimeSource?

    public init(
        name: String, keyPath: Int? = nil, keyColumns: [Int] = [], isCompacted: Bool = false,
        format: TopicFormat = TopicFormat(), type: ValueSource? = nil, time: TimeSource? = nil
    ) {
        self.name = name
        self.keyPath = keyPath
        self.keyColumns = keyColumns
        self.isCompacted = isCompacted
        self.format = format
        self.type = type
        self.time = time
    }

    /// Whether its events can be read as they are: values that are their own data, in JSON, and keys that are text.
    public var isPlain: Bool { format.isPlain && keyColumns.isEmpty }

    /// The paths that the record key supplies.
    public var keyPaths: [Int] { keyPath.map { [$0] } ?? keyColumns }

    /// The names under which a view may have rules for events of a type, the most exact first.
    package func eventNames(ofType type: String?) -> [EventName] {
        guard let type else { return [.any] }
        if format.envelope == .debezium { return (DebeziumOperation.names(ofType: type) ?? []).map { .named($0) } }
        return [.named(type), .any]
    }
}
