import Bytes

/// A path such as `$.a.b`: the members to follow from the top of an event's value; never empty. Equal if the bytes are.
public struct JSONPath: Sendable, Hashable, CustomStringConvertible {
    public var members: [String]

    public init(members: [String]) {
        precondition(!members.isEmpty)
        self.members = members
    }

    public var description: String { "$." + members.joined(separator: ".") }

    public static func == (first: JSONPath, second: JSONPath) -> Bool {
        first.members.elementsEqual(second.members) { $0.isExactly($1) }
    }

    public func hash(into hasher: inout Hasher) {
        for member in members { hasher.combine(ExactText(member)) }
    }
}
