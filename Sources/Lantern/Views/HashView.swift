internal import Projections

/// A Redis hash for each key.
///
///     let order = HashView("order:{@key}")                            // set, unset, delete; increment what is in `sums`
///     let customer = HashView(whole: "customer:{@key}")               // each event writes the whole row
///     let revenue = HashView(shared: "revenue:{customerId}")          // increment only
///
/// In a template `{a.b}` is the path `$.a.b`, a string or an integer; `{@key}`, `{@partition}`, `{@header.name}` are what
/// the record has. `from` names topics; all of the projection's by default.
public struct HashView<Ownership>: Sendable, DeclaredView {
    let place: Int32
}

extension HashView where Ownership == Owned {
    /// - sums: the fields that are only ever incremented; all others are only ever set.
    /// - expiresRoughlyAfter: event time plus this ends a row, renewed by each change. A row may be cut by it elsewhere in a
    ///   rebuild than live.
    public init(
        _ key: String, sums: String..., from topics: [String] = [], expiresRoughlyAfter span: TimeSpan? = nil
    ) {
        place = ViewDeclaration(.hash, key, .owned, from: topics, roughly: span, sums: sums).place
    }

    /// Adds to a field that is one of the view's `sums`.
    public func increment(
        _ field: borrowing some RowValue & ~Copyable & ~Escapable, by number: Int64, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.incrementField(place, field, by: number)
    }

    /// Removes a field.
    public func unset(
        _ field: borrowing some RowValue & ~Copyable & ~Escapable, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.unset(place, field)
    }
}

extension HashView where Ownership == Whole {
    /// - expiresAfter: event time plus this ends a row.
    public init(whole key: String, from topics: [String] = [], expiresAfter span: TimeSpan? = nil) {
        place = ViewDeclaration(.hash, key, .whole, from: topics, exactly: span).place
    }

    /// The row becomes the members of the event's value, which must be an object; nulls are left out.
    public func setAll(in changes: inout Changes) throws(ProjectionError) {
        try changes.record(.setAllFields, place)
    }
}

extension HashView where Ownership == Shared {
    /// - expiresRoughlyAfter: event time plus this ends a row, renewed by each change.
    public init(shared key: String, from topics: [String] = [], expiresRoughlyAfter span: TimeSpan? = nil) {
        place = ViewDeclaration(.hash, key, .shared, from: topics, roughly: span).place
    }

    /// Adds to a field.
    public func increment(
        _ field: borrowing some RowValue & ~Copyable & ~Escapable, by number: Int64, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.incrementField(place, field, by: number)
    }
}

extension HashView where Ownership: FieldOwnership {
    /// Sets a field; null unsets it, and what an optional field does not find leaves it alone.
    public func set(
        _ field: borrowing some RowValue & ~Copyable & ~Escapable,
        to value: borrowing some RowValue & ~Copyable & ~Escapable, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.set(place, field, to: value)
    }

    /// Deletes the row.
    public func delete(in changes: inout Changes) throws(ProjectionError) { try changes.record(.delete, place) }
}
