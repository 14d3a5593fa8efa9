internal import Projections

/// A JSON document for each key, as a Redis string. Its key must hold the message key; each event that changes it writes it
/// whole.
public struct DocumentView: Sendable, DeclaredView {
    let place: Int32

    /// - expiresAfter: event time plus this ends a document.
    public init(_ key: String, from topics: [String] = [], expiresAfter span: TimeSpan? = nil) {
        place = ViewDeclaration(.document, key, .whole, from: topics, exactly: span).place
    }

    /// Sets a field of a new object, which has those that the event sets, in their order. Values keep their JSON type; null
    /// and what an optional field does not find are left out.
    public func set(
        _ field: borrowing some RowValue & ~Copyable & ~Escapable,
        to value: borrowing some RowValue & ~Copyable & ~Escapable, in changes: inout Changes
    ) throws(ProjectionError) {
        try changes.setDocumentField(place, field, to: value)
    }

    /// The document becomes the event's value, its bytes as they came.
    public func setAll(in changes: inout Changes) throws(ProjectionError) { try changes.record(.setAllDocument, place) }

    /// Deletes the document.
    public func delete(in changes: inout Changes) throws(ProjectionError) { try changes.record(.delete, place) }
}
