/// What differs in a row: one field, one member, or the whole value.
public struct FieldDifference: Sendable, Equatable {
    /// A hash's field, or a member; nil if the row is one value.
    public var field: [UInt8]?
    /// What each side has; nil: nothing.
    public var live: [UInt8]?
    public var build: [UInt8]?

    init(_ field: [UInt8]? = nil, live: [UInt8]?, build: [UInt8]?) {
        self.field = field
        self.live = live
        self.build = build
    }
}
