/// Why an event could not be projected, or why a projection cannot run.
public struct ProjectionError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable {
        /// The event is bad: it is parked, or what the projection's policy says.
        case badEvent
        /// The projection itself is wrong; `reason` has a line for each fault.
        case invalidProjection
    }

    public var code: Code
    /// The view that could not take the event; nil for a fault of the whole event, or of the projection.
    public var view: String?
    /// What is wrong and, for a projection, what to do about it.
    public var reason: String

    /// An event's fault, in one sentence for the person who looks at parked events.
    public init(_ reason: String, view: String? = nil) {
        code = .badEvent
        self.reason = reason
        self.view = view
    }

    init(invalid reason: String) {
        code = .invalidProjection
        self.reason = reason
    }

    public var description: String { view.map { "view \($0): \(reason)" } ?? reason }
}
