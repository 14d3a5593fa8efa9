internal import Projections

/// The newest members by time, as a Redis sorted set for each key; any event may feed it.
public struct LatestView: Sendable, DeclaredView {
    let place: Int32

    /// - keep: how many members stay, 1 to 1,000,000.
    public init(_ key: String, keep: Int, from topics: [String] = [], expiresRoughlyAfter span: TimeSpan? = nil) {
        place = ViewDeclaration(.latest(keep: keep), key, .shared, from: topics, roughly: span).place
    }

    /// Adds a member, once, by its newest time: milliseconds since 1970, the event's by default.
    public func add(
        _ member: borrowing some RowValue & ~Copyable & ~Escapable, at time: Int64? = nil, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.change(.addNewest, place, member, time: time)
    }
}
