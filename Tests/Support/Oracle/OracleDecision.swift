/// What becomes of one event.
public enum OracleDecision: Sendable, Equatable {
    /// Its changes, or none, are in the model.
    case projected
    /// A tombstone that no view has a rule for.
    case ignored
    /// Its type is in no rule, and that is allowed.
    case unknown
    /// It cannot be projected: why.
    case bad(String)
    /// It breaks an entry (a sum beyond its limits): the model is unchanged, Redis could not be.
    case damage(String)
    /// It is behind a parked event of its key.
    case behind
    /// Its partition has halted.
    case halted
}

/// Why an event is bad.
struct OracleBad: Error {
    var reason: String
    var demandsHalt = false

    init(_ reason: String) { self.reason = reason }
}

/// One record's place in Kafka.
public struct OraclePlace: Sendable, Hashable {
    public var topic: String
    public var partition: Int
    public var offset: Int

    public init(topic: String, partition: Int, offset: Int) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }
}
