/// What the decoder makes of one event's value: what each path of the plan found, and the members of the top object
/// if some view copies it whole. It is filled again for each event and keeps its memory.
public struct DecodedValue: ~Copyable {
    /// A member of the top object: its name as it is in the JSON, and its value.
    public struct Member: Sendable {
        public var name: FoundValue
        public var value: FoundValue

        @inlinable
        public init(name: FoundValue, value: FoundValue) {
            self.name = name
            self.value = value
        }
    }

    /// One a path, in the order of `ProjectionPlan.paths`.
    public var found: [FoundValue]
    /// The members of the top object in their order; filled if the plan needs them.
    public var members: [Member] = []
    /// Whether a name occurs twice among `members`: then a `set: all` that is applied makes the event bad, and nothing else does.
    public var repeatsName = false
    /// The whole value without what surrounds it (its kind, and its range without leading and trailing blanks).
    public var whole = FoundValue()

    public init(pathCount: Int) {
        found = Array(repeating: FoundValue(), count: pathCount)
    }
}
