/// What became of one event.
public enum ProjectionOutcome: Sendable, Equatable {
    /// Its changes, or none, are in the changeset.
    case projected
    /// No view reading its topic has a rule for its type; the policy `unknown: ignore` lets it pass. Counted by type.
    case unknownType
    /// It cannot be projected; nothing of it is in the changeset.
    case bad(BadEvent)
    /// One of its increments would overflow a sum in memory: close the changeset, then offer the event again.
    case changesetMustCloseFirst
    /// The schema that it was written with is not here yet: offer the event again later. Why, for people.
    case awaitsSchema(String)
}

/// Why an event could not be projected.
public struct BadEvent: Error, Sendable, Equatable {
    /// The view that could not take it; nil for a fault of the whole event.
    public var view: String?
    /// What is wrong, with the path and what was found there, in one sentence for the person who looks at parked
    /// events.
    public var reason: String
    /// The projection's `unknown:` policy asks for a halt rather than its `on-error:` policy.
    public var demandsHalt: Bool
    /// The value is not JSON at all: if that is so for all first events of a topic, it is probably the wrong topic.
    public var isNotJSON: Bool

    public init(view: String?, reason: String, demandsHalt: Bool = false, isNotJSON: Bool = false) {
        self.view = view
        self.reason = reason
        self.demandsHalt = demandsHalt
        self.isNotJSON = isNotJSON
    }
}
