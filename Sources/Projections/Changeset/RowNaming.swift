/// What is before a view's row keys in Redis (StoredKeys.md).
public enum RowNaming: Sendable, Equatable {
    /// A live view has the plain names that its user wrote.
    case plain
    /// A building generation's rows: `lantern:NAME:N:view:KEY`.
    case generation(projection: String, number: Int)

    /// The text before each key.
    public var prefix: String {
        switch self {
        case .plain: ""
        case .generation(let projection, let number): "lantern:\(projection):\(number):view:"
        }
    }
}
