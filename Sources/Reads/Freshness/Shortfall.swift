/// Why rows are not as fresh as their reader asked: what there is, what was asked, and how far they are apart.
public struct Shortfall: Sendable, Equatable {
    public enum Reason: String, Sendable {
        /// A checkpoint lies before what was asked for.
        case behind
        /// The live generation is an older one than the reader has seen.
        case generation
        /// Kafka has not said where the log ends.
        case log
        /// The row does not have what was asked for.
        case field
        /// Redis has not replied.
        case unread
    }

    public var reason: Reason
    public var have: String
    public var want: String
    /// How many events are missing, at most: offsets count also where the log has no event.
    public var events: Int64?
    /// The timestamp of the last record passed where something is missing, in milliseconds since 1970.
    public var since: Int64?

    public init(_ reason: Reason, have: String, want: String, events: Int64? = nil, since: Int64? = nil) {
        self.reason = reason
        self.have = have
        self.want = want
        self.events = events
        self.since = since
    }
}
