internal import Projections

/// How many different members there were, nearly, as a Redis HyperLogLog for each key; any event may feed it.
public struct UniqueView: Sendable, DeclaredView {
    let place: Int32

    public init(_ key: String, from topics: [String] = [], expiresRoughlyAfter span: TimeSpan? = nil) {
        place = ViewDeclaration(.unique, key, .shared, from: topics, roughly: span).place
    }

    public func add(
        _ member: borrowing some RowValue & ~Copyable & ~Escapable, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.change(.addMember, place, member)
    }
}
