/// What the bytes of a record key have of its schema.
public enum KeySchema: Hashable, Sendable {
    /// The schema's id, in a registry's frame: a part of the key's bytes.
    case framed(UInt32)
    /// Nothing: a header describes the key. In a frame it would have other bytes, and be in another partition.
    case inHeader
}
