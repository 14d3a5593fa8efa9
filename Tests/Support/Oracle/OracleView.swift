/// A view as its YAML says it.
public struct OracleView: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case hash, document, counter, set, sortedSet, unique
        case latest(keep: Int)
        case buckets(everySeconds: Int, retainSeconds: Int)
    }

    /// Event time + milliseconds; exact only if each write replaces the entry.
    public struct TimeToLive: Sendable, Equatable {
        public var milliseconds: Int
        public var approximate: Bool

        public init(milliseconds: Int, approximate: Bool) {
            self.milliseconds = milliseconds
            self.approximate = approximate
        }
    }

    public var name: String
    public var kind: Kind
    public var key: OracleTemplate
    /// The topics it reads; nil is all of the projection's.
    public var from: [String]?
    public var member: OracleMember?
    public var ttl: TimeToLive?
    public var events: [OracleEventRules]

    public init(
        name: String, kind: Kind, key: OracleTemplate, from: [String]? = nil, member: OracleMember? = nil,
        ttl: TimeToLive? = nil, events: [OracleEventRules]
    ) {
        self.name = name
        self.kind = kind
        self.key = key
        self.from = from
        self.member = member
        self.ttl = ttl
        self.events = events
    }

    /// Whether the order of events matters to some rule (Projections.md, "Kinds of views": the table's last column).
    public var isOrderDependent: Bool {
        if kind == .document { return true }
        return events.contains { $0.rules.contains { Self.dependsOnOrder($0.action) } }
    }

    private static func dependsOnOrder(_ action: OracleAction) -> Bool {
        switch action {
        case .delete, .remove, .setAll, .document, .score: true
        case .hash(let set, let unset, _): !set.isEmpty || !unset.isEmpty
        case .add, .increment, .maximum, .minimum: false
        }
    }
}
