/// What one rule does where its `when` holds.
public enum OracleAction: Sendable, Equatable {
    case delete
    case add
    case remove
    case hash(set: [OracleField], unset: [String], increment: [OracleIncrement])
    case setAll
    case document([OracleField])
    case increment(OracleNumber)
    case maximum(OracleNumber)
    case minimum(OracleNumber)
    case score(OracleNumber)
}

/// One field of a `set`.
public struct OracleField: Sendable, Equatable {
    public var name: String
    public var value: OracleValue

    public init(_ name: String, _ value: OracleValue) {
        self.name = name
        self.value = value
    }
}

/// One field of an `increment`.
public struct OracleIncrement: Sendable, Equatable {
    public var name: String
    public var number: OracleNumber

    public init(_ name: String, _ number: OracleNumber) {
        self.name = name
        self.number = number
    }
}

/// One path of a `when` and the constants of which any may hold.
public struct OracleCondition: Sendable, Equatable {
    public var value: OracleValue
    public var anyOf: [OracleValue]

    public init(_ value: OracleValue, anyOf: [OracleValue]) {
        self.value = value
        self.anyOf = anyOf
    }
}

/// A rule with its conditions, all of which must hold.
public struct OracleRule: Sendable, Equatable {
    public var when: [OracleCondition]
    public var action: OracleAction

    public init(_ action: OracleAction, when: [OracleCondition] = []) {
        self.action = action
        self.when = when
    }
}

/// The rules of one event name: the first that holds is taken.
public struct OracleEventRules: Sendable, Equatable {
    public enum Name: Sendable, Equatable {
        case named(String)
        case any
        case tombstone
    }

    public var name: Name
    public var rules: [OracleRule]

    public init(_ name: Name, _ rules: [OracleRule]) {
        self.name = name
        self.rules = rules
    }
}
