/// A row of a set view: its first 100 members, and how many it has.
public struct MemberRow: Decodable, Sendable, Equatable {
    /// Its Redis key.
    public var key: String
    public var members: [String]
    public var count: Int
}
