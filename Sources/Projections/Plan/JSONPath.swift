/// `$.a.b`: the members to follow from the top of an event's value; never empty.
public struct JSONPath: Sendable, Hashable, CustomStringConvertible {
    public var members: [String]

    public init(members: [String]) {
        precondition(!members.isEmpty)
        self.members = members
    }

    public var description: String { "$." + members.joined(separator: ".") }
}
