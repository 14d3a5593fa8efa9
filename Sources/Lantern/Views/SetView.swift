internal import Projections

/// A Redis set for each key.
///
///     let tags = SetView("order:tags:{@key}")               // add, remove, delete
///     let seen = SetView(shared: "countries")               // add only
///     let open = SetView(ofKeys: "orders:open")             // adds and removes the event's own key
public struct SetView<Ownership>: Sendable, DeclaredView {
    let place: Int32
}

extension SetView where Ownership == Owned {
    public init(_ key: String, from topics: [String] = [], expiresRoughlyAfter span: TimeSpan? = nil) {
        place = ViewDeclaration(.set, key, .owned, from: topics, roughly: span).place
    }

    public func add(
        _ member: borrowing some RowValue & ~Copyable & ~Escapable, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.change(.addMember, place, member)
    }

    public func remove(
        _ member: borrowing some RowValue & ~Copyable & ~Escapable, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.change(.removeMember, place, member)
    }

    /// Deletes the set.
    public func delete(in changes: inout Changes) throws(ProjectionError) { try changes.record(.delete, place) }
}

extension SetView where Ownership == Shared {
    public init(shared key: String, from topics: [String] = [], expiresRoughlyAfter span: TimeSpan? = nil) {
        place = ViewDeclaration(.set, key, .shared, from: topics, roughly: span).place
    }

    public func add(
        _ member: borrowing some RowValue & ~Copyable & ~Escapable, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.change(.addMember, place, member)
    }
}

extension SetView where Ownership == MemberOwned {
    public init(ofKeys key: String, from topics: [String] = [], expiresRoughlyAfter span: TimeSpan? = nil) {
        place = ViewDeclaration(.set, key, .member, from: topics, roughly: span).place
    }

    /// Adds the event's key.
    public func add(_ event: borrowing Event, in changes: inout Changes) throws(ProjectionError) {
        try changes.change(.addMember, place, try event.member())
    }

    /// Removes the event's key.
    public func remove(_ event: borrowing Event, in changes: inout Changes) throws(ProjectionError) {
        try changes.change(.removeMember, place, try event.member())
    }
}

extension Event {
    /// The record's key, which is a member.
    @_lifetime(copy self)
    func member() throws(ProjectionError) -> Span<UInt8> {
        guard let key else { throw ProjectionError("the record has no key, but the member is its key") }
        return key
    }
}
