/// A named, versioned fold from the events of some topics to changes of views, in Swift.
///
/// Views and fields are stored properties; they are found once, when the projection is prepared:
///
///     struct Orders: Projection {
///         static let name = "orders", version = 1, topics = ["orders"]
///         let type = Field("$.type"), total = Field("$.total")
///         let order = HashView("order:{@key}")
///
///         func project(_ event: borrowing Event, into changes: inout Changes) throws(ProjectionError) {
///             guard event[type] == "OrderPlaced" else { return }
///             try order.set("status", to: "placed", in: &changes)
///             try order.set("total", to: event[total], in: &changes)
///         }
///     }
///
/// `project` must be a pure function of the event: no clock, no random numbers, no state, or a rebuild differs from what
/// is live. Whoever changes what it does raises `version`.
public protocol Projection: Sendable {
    associatedtype TopicElement: TopicConvertible

    /// Up to 100 of `a-z`, `0-9` and `-`.
    static var name: String { get }
    /// From 1; raised whenever the same events would make other rows.
    static var version: Int { get }
    /// The topics that it reads: names, or `Topic`s with options.
    static var topics: [TopicElement] { get }
    /// Event time, a path or what a record has; the record's timestamp by default.
    static var time: String { get }
    /// What happens to an event that cannot be projected.
    static var onBadEvent: BadEventPolicy { get }

    /// Says what `event` changes: all of it enters the views, or, when this throws, nothing.
    func project(_ event: borrowing Event, into changes: inout Changes) throws(ProjectionError)
}

extension Projection {
    public static var time: String { "{@timestamp}" }
    public static var onBadEvent: BadEventPolicy { .park }
}
