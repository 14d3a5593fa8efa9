/// What is wrong with a record key that should have declared columns.
public enum KeyFault: Sendable, Equatable {
    /// There is no key.
    case missing
    /// It cannot be read in the topic's encoding, or it is not a record.
    case unreadable
    /// It has other columns than the declared ones.
    case otherColumns
    /// It was written with another schema than the topic's first keys.
    case otherSchema
}
