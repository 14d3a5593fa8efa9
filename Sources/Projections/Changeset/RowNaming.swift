/// What is before a view's row keys in Redis (StoredKeys.md).
public enum RowNaming: Sendable, Equatable {
    /// A live view has the plain names that its user wrote.
    case plain
    /// Rows that no reader is to see, such as those of a measurement: this text is before each key.
    case under(String)

    /// The text before each key.
    public var prefix: String {
        switch self {
        case .plain: ""
        case .under(let prefix): prefix
        }
    }
}
