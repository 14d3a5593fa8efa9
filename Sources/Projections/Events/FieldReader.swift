/// Reads one encoding: what the paths of a ``FieldRequest`` find in the bytes of a value or of a record key.
///
/// The same bytes always have the same outcome. Used by one thread at a time; in steady state it allocates nothing.
public protocol FieldReader: ~Copyable {
    /// What the record's header says of the schema of the bytes that are read next; nil: nothing.
    mutating func expect(_ header: Span<UInt8>?)

    /// Fills `fields`, which was made for as many paths as were asked for: every slot, `whole`, and the members if they
    /// were asked for. Returns what is wrong with the bytes, or nil; after a fault what `fields` holds means nothing.
    ///
    /// `place` is where the bytes are: slots in them have it. Text that is not there as it is needed is appended to
    /// `fields.converted`, which is not cleared.
    mutating func read(
        _ bytes: Span<UInt8>, at place: FoundValue.Place, into fields: inout DecodedValue
    ) -> DecodeFault?
}

extension FieldReader where Self: ~Copyable {
    /// Of an encoding without schemas.
    public mutating func expect(_ header: Span<UInt8>?) {}
}
