internal import Projections

/// An integer for each key, as a Redis string.
public struct CounterView<Ownership>: Sendable, DeclaredView {
    let place: Int32

    /// Adds to the counter; within ±2^53 at a time.
    public func increment(by number: Int64 = 1, in changes: inout Changes) throws(ProjectionError) {
        try changes.incrementCounter(place, by: number)
    }
}

extension CounterView where Ownership == Owned {
    public init(_ key: String, from topics: [String] = [], expiresRoughlyAfter span: TimeSpan? = nil) {
        place = ViewDeclaration(.counter, key, .owned, from: topics, roughly: span).place
    }

    /// Deletes the counter.
    public func delete(in changes: inout Changes) throws(ProjectionError) { try changes.record(.delete, place) }
}

extension CounterView where Ownership == Shared {
    public init(shared key: String, from topics: [String] = [], expiresRoughlyAfter span: TimeSpan? = nil) {
        place = ViewDeclaration(.counter, key, .shared, from: topics, roughly: span).place
    }
}
