/// The compiled form of a projection: what YAML and Swift meet in.
///
/// Every path that the projection names is once in `paths`; elsewhere a path is an index into it.
public struct ProjectionPlan: Sendable, Equatable {
    public var name: String
    public var version: Int
    public var topics: [TopicPlan]
    /// The source of an event's type: never a constant; nil if the projection has no `type:`.
    public var type: ValueSource?
    /// Event time; nil is the record's timestamp.
    public var time: TimeSource?
    public var unknown: UnknownTypePolicy
    public var onError: ErrorPolicy
    public var paths: [JSONPath]
    public var views: [ViewPlan]
    /// Whether each transaction names the rows that it changes in a stream, for readers who are told; not part of the
    /// fingerprint.
    public var announcesChanges: Bool

    public init(
        name: String, version: Int, topics: [TopicPlan], type: ValueSource? = nil, time: TimeSource? = nil,
        unknown: UnknownTypePolicy = .ignore, onError: ErrorPolicy = .park, paths: [JSONPath] = [],
        views: [ViewPlan] = [], announcesChanges: Bool = false
    ) {
        self.name = name
        self.version = version
        self.topics = topics
        self.type = type
        self.time = time
        self.unknown = unknown
        self.onError = onError
        self.paths = paths
        self.views = views
        self.announcesChanges = announcesChanges
    }

    /// Where the type of a topic's events is; nil if they have none.
    public func type(ofTopic topic: Int) -> ValueSource? { topics[topic].type ?? type }

    /// Event time in a topic; nil is the record's timestamp.
    public func time(ofTopic topic: Int) -> TimeSource? { topics[topic].time ?? time }

    /// Whether each topic's values are their own data, in JSON.
    public var isPlain: Bool { topics.allSatisfy(\.isPlain) }

    /// Whether the order of a key's events matters to some view; if it does not, bad events park alone.
    public var isOrderDependent: Bool { views.contains(where: \.isOrderDependent) }
}

/// What happens to an event whose type no view reading its topic has a rule for.
public enum UnknownTypePolicy: String, Sendable, CaseIterable { case ignore, park, halt }

/// What happens to a bad event.
public enum ErrorPolicy: Sendable, Equatable {
    case park
    case halt
    case skip
    /// Produce it to this topic before going on.
    case deadLetter(topic: String)
}
