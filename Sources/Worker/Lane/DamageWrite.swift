/// A damage record that Redis is to hold, or to hold no more.
public struct DamageWrite: Sendable, Equatable {
    /// The field of the generation's damage hash.
    var field: String
    /// nil removes it.
    var record: String?
}
