/// What a reader is to look for in values, or in record keys: compiled once for each topic.
public struct FieldRequest: Sendable, Equatable {
    /// From the top, the outermost name first; each path once, none empty. One may be the beginning of another.
    public var paths: [[String]]
    /// The record whose members are wanted, because `set: all` copies them: no names are the top. nil: not wanted.
    public var membersOf: [String]?
    /// That record's JSON is wanted as well.
    public var copiesWhole: Bool
    /// The full name of the value's schema is wanted.
    public var wantsSchemaName: Bool

    public init(
        paths: [[String]], membersOf: [String]? = nil, copiesWhole: Bool = false, wantsSchemaName: Bool = false
    ) {
        self.paths = paths
        self.membersOf = membersOf
        self.copiesWhole = copiesWhole
        self.wantsSchemaName = wantsSchemaName
    }
}
