public import Projections

/// How a schema is asked for: by its id in this registry, or by the name that it has in each.
public enum SchemaName: Hashable, Sendable, CustomStringConvertible, ExpressibleByIntegerLiteral {
    case id(UInt32)
    case guid(SchemaGUID)

    public init(integerLiteral id: UInt32) { self = .id(id) }

    /// Reads a description; nil if it is not one.
    init?(_ text: String) {
        if let id = UInt32(text) {
            self = .id(id)
        } else if let guid = SchemaGUID(text) {
            self = .guid(guid)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .id(let id): "\(id)"
        case .guid(let guid): "\(guid)"
        }
    }
}
