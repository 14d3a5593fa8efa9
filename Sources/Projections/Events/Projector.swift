/// A projection that is ready to run: the YAML form and the Swift form look the same to the lane.
///
/// Used by one thread at a time; it keeps scratch memory, so that in steady state an event allocates nothing.
public protocol Projector: AnyObject {
    var plan: ProjectionPlan { get }
    /// Whether what it does may change while its plan, and so its fingerprint, stays the same: then checkpoints hold the hash
    /// of what some event changes, which shows at the next start.
    var isCode: Bool { get }

    /// The events that it let pass because no view has a rule for their type, by that type.
    var unknownTypes: TypeCounts { get }

    /// Folds one event into the changeset: all of its changes for all views, or none of them.
    func project(_ event: borrowing Event, into changes: inout Changeset) -> ProjectionOutcome

    /// When the event happened, by what the projection says of its time, in milliseconds since 1970; nil if that cannot be
    /// read. For measuring: it may decode the event once more.
    func time(of event: borrowing Event) -> Int64?
}

extension Projector {
    public var isCode: Bool { false }
    public var unknownTypes: TypeCounts { TypeCounts() }
    public func time(of event: borrowing Event) -> Int64? { event.timestamp >= 0 ? event.timestamp : nil }
}
