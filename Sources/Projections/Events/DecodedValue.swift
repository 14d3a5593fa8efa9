/// What the decoder makes of one event's value: a slot for each path of the plan, and the members of the top object
/// if some view copies it whole. It is filled again for each event and keeps its memory.
public struct DecodedValue: ~Copyable {
    /// A member of the top object: its name as it is in the JSON, and its value.
    public struct Member: Sendable {
        public var name: Slot
        public var value: Slot

        @inlinable
        public init(name: Slot, value: Slot) {
            self.name = name
            self.value = value
        }
    }

    /// One slot a path, in the order of `ProjectionPlan.paths`.
    public var slots: [Slot]
    /// The members of the top object in their order; filled if the plan needs them.
    public var members: [Member] = []
    /// Whether a name occurs twice among `members`: then a `set: all` that is applied makes the event bad, and nothing else does.
    public var repeatsName = false
    /// The whole value without what surrounds it (its kind, and its range without leading and trailing blanks).
    public var whole = Slot()

    public init(pathCount: Int) {
        slots = Array(repeating: Slot(), count: pathCount)
    }
}
