internal import Projections

/// A Redis hash for each span of time, KEY:START with the start in seconds since 1970; any event may feed it.
public struct BucketsView: Sendable, DeclaredView {
    let place: Int32

    /// - every: a bucket's length, whole seconds.
    /// - retain: how long a bucket stays after its end.
    public init(_ key: String, every: TimeSpan, retain: TimeSpan, from topics: [String] = []) {
        let kind = ViewKind.buckets(
            everySeconds: every.milliseconds % 1000 == 0 ? every.milliseconds / 1000 : 0,
            retainMilliseconds: retain.milliseconds)
        place = ViewDeclaration(kind, key, .shared, from: topics).place
    }

    /// Adds to a field of the bucket of `time`: milliseconds since 1970, the event's by default.
    public func increment(
        _ field: borrowing some RowValue & ~Copyable & ~Escapable, by number: Int64 = 1, at time: Int64? = nil,
        in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.incrementField(place, field, by: number, time: time)
    }
}
