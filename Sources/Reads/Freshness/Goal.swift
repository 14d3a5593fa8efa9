/// A checkpoint that somebody waits for.
public struct Goal: Sendable, Equatable {
    /// The index of the projection.
    var subject: Int
    var topic: String
    var partition: Int32
    /// The next offset must be this one at least.
    var next: Int64
}
