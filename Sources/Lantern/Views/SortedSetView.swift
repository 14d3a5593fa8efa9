internal import Projections

/// A Redis sorted set for each key: leaderboards, queues by time.
///
///     let top = SortedSetView(shared: "customers:by-revenue", .sums)
///     let open = SortedSetView(ofKeys: "orders:by-due-date", .scores)
public struct SortedSetView<Ownership, Score: ScoreKind>: Sendable, DeclaredView {
    let place: Int32
}

extension SortedSetView where Ownership == Owned {
    public init(
        _ key: String, _ scores: Score, from topics: [String] = [], expiresRoughlyAfter span: TimeSpan? = nil
    ) {
        place = ViewDeclaration(.sortedSet, key, .owned, from: topics, roughly: span).place
    }

    public func remove(
        _ member: borrowing some RowValue & ~Copyable & ~Escapable, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.change(.removeMember, place, member)
    }

    /// Deletes the sorted set.
    public func delete(in changes: inout Changes) throws(ProjectionError) { try changes.record(.delete, place) }
}

extension SortedSetView where Ownership == Shared, Score: OrderFreeScoreKind {
    public init(
        shared key: String, _ scores: Score, from topics: [String] = [], expiresRoughlyAfter span: TimeSpan? = nil
    ) {
        place = ViewDeclaration(.sortedSet, key, .shared, from: topics, roughly: span).place
    }
}

extension SortedSetView where Ownership == MemberOwned {
    public init(
        ofKeys key: String, _ scores: Score, from topics: [String] = [], expiresRoughlyAfter span: TimeSpan? = nil
    ) {
        place = ViewDeclaration(.sortedSet, key, .member, from: topics, roughly: span).place
    }

    /// Removes the event's key.
    public func remove(_ event: borrowing Event, in changes: inout Changes) throws(ProjectionError) {
        try changes.change(.removeMember, place, try event.member())
    }
}

extension SortedSetView where Score == Sums {
    /// Adds to the member's score, within ±2^53 at a time. Of a view `ofKeys` the member must be the event's key.
    public func increment(
        _ member: borrowing some RowValue & ~Copyable & ~Escapable, by number: Int64, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.incrementMember(place, member, by: number)
    }
}

extension SortedSetView where Score == Maxima {
    /// Raises the member's score to `score` if that is greater.
    public func raise(
        _ member: borrowing some RowValue & ~Copyable & ~Escapable, to score: Double, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.change(.greatest, place, member, score: score)
    }
}

extension SortedSetView where Score == Minima {
    /// Lowers the member's score to `score` if that is less.
    public func lower(
        _ member: borrowing some RowValue & ~Copyable & ~Escapable, to score: Double, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.change(.least, place, member, score: score)
    }
}

extension SortedSetView where Score == Scores {
    /// Gives the member its score. Of a view `ofKeys` the member must be the event's key.
    public func set(
        _ member: borrowing some RowValue & ~Copyable & ~Escapable, to score: Double, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.change(.score, place, member, score: score)
    }
}
