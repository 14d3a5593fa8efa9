import Bytes

/// The rules of one view for the events of one type: the first whose conditions hold is taken; if none holds, nothing
/// changes.
public struct EventRules: Sendable, Equatable {
    public var event: EventName
    public var rules: [Rule]

    public init(event: EventName, rules: [Rule]) {
        self.event = event
        self.rules = rules
    }
}

/// What an event is called in a view's `events:`.
public enum EventName: Sendable, Hashable {
    case named(String)
    /// `"*"`: what no named rule takes, tombstones apart.
    case any
    case tombstone

    /// Types are compared by bytes.
    public static func == (first: EventName, second: EventName) -> Bool {
        switch (first, second) {
        case (.named(let name), .named(let other)): name.isExactly(other)
        case (.any, .any), (.tombstone, .tombstone): true
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .named(let name): hasher.combine(ExactText(name))
        case .any: hasher.combine(0)
        case .tombstone: hasher.combine(1)
        }
    }
}

/// Changes, and the conditions under which they are made.
public struct Rule: Sendable, Equatable {
    /// All must hold.
    public var conditions: [Condition]
    public var changes: [ChangePlan]
    /// In a compacted topic a `when` that does not hold deletes: then this is a separate rule, without conditions.
    public init(conditions: [Condition] = [], changes: [ChangePlan]) {
        self.conditions = conditions
        self.changes = changes
    }

    /// `when: { PATH: c }` or a list of constants, any of which may hold, compared by text.
    public struct Condition: Sendable, Equatable {
        public var source: ValueSource
        public var anyOf: [String]

        public init(source: ValueSource, anyOf: [String]) {
            self.source = source
            self.anyOf = anyOf
        }
    }
}

/// One typed change of one entry of a view, as the plan says it.
public enum ChangePlan: Sendable, Equatable {
    // hash
    case setField(String, ValueSource)
    case unsetField(String)
    /// hash and buckets
    case incrementField(String, NumberSource)
    /// hash: the fields of the top object; document: the value, its bytes as they came.
    case setAll
    /// document: a new compact object in this order.
    case setDocument([DocumentField])
    /// counter, sorted-set
    case increment(NumberSource)
    // sorted-set
    case maximum(NumberSource)
    case minimum(NumberSource)
    case score(NumberSource)
    /// set, latest, unique
    case add
    /// set, sorted-set
    case remove
    /// The whole entry.
    case delete

    public struct DocumentField: Sendable, Equatable {
        public var name: String
        public var value: ValueSource

        public init(name: String, value: ValueSource) {
            self.name = name
            self.value = value
        }
    }
}
