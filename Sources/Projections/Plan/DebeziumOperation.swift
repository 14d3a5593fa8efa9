/// What Debezium's `op` says of a row, and the names under which a view may have rules for it.
public enum DebeziumOperation: UInt8, Sendable, CaseIterable {
    case create = 0x63
    case update = 0x75
    /// A row that a snapshot read.
    case snapshot = 0x72
    case delete = 0x64
    case truncate = 0x74

    /// The names of `events:`, the most exact first.
    public var names: [String] {
        switch self {
        case .create: ["create", "row"]
        case .update: ["update", "row"]
        case .snapshot: ["snapshot", "row"]
        case .delete: ["delete"]
        case .truncate: ["truncate"]
        }
    }

    /// Whether `after` has the row.
    public var hasRow: Bool { self != .delete && self != .truncate }

    /// Its text in `op`.
    public var text: String { String(UnicodeScalar(rawValue)) }

    /// All names that a view may have rules for.
    public static let allNames = ["row", "create", "update", "snapshot", "delete", "truncate"]
    /// Names whose events have the row; they may come twice, and for one row many times.
    public static let rowNames = ["row", "create", "update", "snapshot"]

    /// The names of an event's type, its text in `op`; nil if it is none of them.
    public static func names(ofType type: String) -> [String]? {
        guard type.utf8.count == 1, let byte = type.utf8.first else { return nil }
        return DebeziumOperation(rawValue: byte)?.names
    }
}
