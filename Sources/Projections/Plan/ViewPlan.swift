/// A named family of Redis keys of one kind, and the rules that change it.
public struct ViewPlan: Sendable, Equatable {
    public var name: String
    public var kind: ViewKind
    public var key: TextTemplate
    /// The topics it reads: indices into `ProjectionPlan.topics`.
    public var topics: [Int]
    /// set, sorted-set, latest, unique: what is added or scored.
    public var member: MemberSource?
    public var timeToLive: TimeToLive?
    public var rules: [EventRules]
    /// Whether some rule's outcome depends on the order of events (then the message key owns each entry).
    public var isOrderDependent: Bool

    public init(
        name: String, kind: ViewKind, key: TextTemplate, topics: [Int], member: MemberSource? = nil,
        timeToLive: TimeToLive? = nil, rules: [EventRules] = [], isOrderDependent: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.key = key
        self.topics = topics
        self.member = member
        self.timeToLive = timeToLive
        self.rules = rules
        self.isOrderDependent = isOrderDependent
    }
}

public enum ViewKind: Sendable, Equatable {
    case hash
    case document
    case counter
    case set
    case sortedSet
    /// The newest `keep` members by event time.
    case latest(keep: Int)
    case unique
    /// A hash for each span of `everySeconds`, which expires `retainMilliseconds` after its end.
    case buckets(everySeconds: Int64, retainMilliseconds: Int64)

    /// The word in YAML.
    public var word: String {
        switch self {
        case .hash: "hash"
        case .document: "document"
        case .counter: "counter"
        case .set: "set"
        case .sortedSet: "sorted-set"
        case .latest: "latest"
        case .unique: "unique"
        case .buckets: "buckets"
        }
    }

    /// What Redis's TYPE returns for its keys.
    public var redisType: String {
        switch self {
        case .hash, .buckets: "hash"
        case .document, .counter, .unique: "string"
        case .set: "set"
        case .sortedSet, .latest: "zset"
        }
    }
}

/// `ttl: 30d` (exact, each write replaces the entry) or `ttl: { after: 30d, approximate: true }`: event time + this.
public struct TimeToLive: Sendable, Equatable {
    public var milliseconds: Int64
    public var isApproximate: Bool

    public init(milliseconds: Int64, isApproximate: Bool) {
        self.milliseconds = milliseconds
        self.isApproximate = isApproximate
    }
}
