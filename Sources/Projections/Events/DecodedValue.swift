public import Bytes

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
    /// What the decoder wrote that is not in the event as it came: slots with the place `.converted` are in it.
    public var converted = ByteBuffer(capacity: 16)
    /// Whether all slots are in the event's value.
    public var isInValue = true
    /// What a document that is copied takes: all of the event's value, or only `whole`.
    public var isCopiedAsItCame = true
    /// What the record key has for each of the topic's key columns.
    public var keyColumns: [FoundValue] = []
    /// Why the record key is not what the topic declares; nil if it is, or if no columns are declared.
    public var keyFault: KeyFault?
    /// Some of `members` are unavailable.
    public var lacksMembers = false
    /// What is unavailable has not changed: what a row has of it may stay.
    public var keepsUnavailable = false
    /// The event has a NULL value and is no tombstone: a CloudEvent without data.
    public var isWithoutData = false

    /// The full name of the schema that the value was written with, if it was asked for.
    public var schemaName = FoundValue()
    /// The id of that schema in a registry; nil if there is none.
    public var schemaID: UInt32?
    /// What the record key waits for: its schema is not here yet.
    public var awaitedKeySchema: String?

    public init(pathCount: Int) {
        found = Array(repeating: FoundValue(), count: pathCount)
    }
}
