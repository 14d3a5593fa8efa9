internal import Bytes
internal import Projections

/// Where a value of a row is written to: a hash's or a document's field, a field's name, or a member.
public struct ValueWriter: ~Copyable {
    enum Use { case field, member, document }
    enum Outcome { case nothing, null, value, unavailable }

    var use = Use.field
    var outcome = Outcome.nothing
    var bytes = ByteBuffer(capacity: 256)

    mutating func begin(_ use: Use) {
        self.use = use
        outcome = .nothing
        bytes.removeAll(keeping: 1 << 20)
    }

    /// A text; in a document it must be UTF-8, and is written as a string.
    public mutating func write(text: Span<UInt8>) throws(ProjectionError) {
        outcome = .value
        guard use == .document else { return bytes.append(text) }
        do { _ = try UTF8Span(validating: text) } catch {
            throw ProjectionError("a document's text must be UTF-8, and this is not: \(text.readable)")
        }
        JSONText.quote(text, to: &bytes)
    }

    /// An integer, in a document as a number.
    public mutating func write(integer: Int64) {
        outcome = .value
        bytes.append(decimal: integer)
    }

    /// `true` or `false`, in a document as JSON's.
    public mutating func write(boolean: Bool) {
        outcome = .value
        if boolean { bytes.append("true") } else { bytes.append("false") }
    }

    /// The field is unset, or left out of a document.
    public mutating func writeNull() { outcome = .null }

    /// The table of values for what an event holds.
    mutating func write(_ value: FieldValue) throws(ProjectionError) {
        if value.kind == .nothing || (value.kind == .null && use == .member) {
            if value.field.isOptional { return }
            throw value.fault("a member must be a string, a number, true or false")
        }
        outcome = .value
        switch value.kind {
        case .null: outcome = .null
        case .unavailable:
            guard use == .field, value.isKept else { throw value.fault("here it is needed") }
            outcome = .unavailable
        case .object, .array:
            if use == .member { throw value.fault("a string, a number, true or false is needed") }
            if use == .document, !JSONText.hasPairedSurrogates(value.raw) {
                throw value.fault("it has an unpaired surrogate escape")
            }
            JSONText.compact(value.raw, to: &bytes)
        case .string, .escapedString:
            guard use == .document else { return bytes.append(try value.text()) }
            if value.isRaw, value.kind == .string { return try write(text: value.raw) }
            if value.kind == .escapedString { _ = try value.text() }
            bytes.append(UInt8(ascii: "\""))
            bytes.append(value.raw)
            bytes.append(UInt8(ascii: "\""))
        case .number, .yes, .no, .nothing: bytes.append(value.raw)
        }
    }
}
