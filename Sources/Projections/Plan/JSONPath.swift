import Bytes

/// A path such as `$.a.b`: the members to follow from where it begins. Equal if the bytes are.
public struct JSONPath: Sendable, Hashable, CustomStringConvertible {
    /// Where a path begins; a topic's format says where that is in an event's value.
    public enum Root: String, Sendable, CaseIterable {
        /// `$.a`: the event's data, without what its envelope adds.
        case data
        /// `{@envelope.a}`: the top of the value as it came.
        case envelope
        /// `{@op}`: what Debezium says has happened to the row.
        case op
        /// `{@source.a}`: where Debezium has it from.
        case source
        /// `{@before.a}`: the row as it was.
        case before
        /// `{@ce.a}`: an attribute of a CloudEvent.
        case ce
        /// `{@schema}`: the full name of the record's schema.
        case schema

        /// Whether names follow it.
        public var hasMembers: Bool { self != .op && self != .schema }
    }

    public var root: Root
    /// Empty only if the root has none.
    public var members: [String]

    public init(_ root: Root = .data, members: [String]) {
        precondition(root.hasMembers != members.isEmpty)
        self.root = root
        self.members = members
    }

    public var description: String {
        if root == .data { return "$." + members.joined(separator: ".") }
        return "{@" + ([root.rawValue] + members).joined(separator: ".") + "}"
    }

    public static func == (first: JSONPath, second: JSONPath) -> Bool {
        first.root == second.root && first.members.elementsEqual(second.members) { $0.isExactly($1) }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(root)
        for member in members { hasher.combine(ExactText(member)) }
    }
}
