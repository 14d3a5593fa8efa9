/// A damage record that Redis is to store, or to remove.
public struct DamageWrite: Sendable, Equatable {
    /// The field of the generation's damage hash.
    var field: String
    /// nil removes it.
    var record: String?
}
