import Bytes

/// A reply as a value of its own; for tools and start-up, not for the hot path.
public indirect enum RedisValue: Sendable, Equatable {
    /// `+OK`
    case simple([UInt8])
    /// `-ERR …`, without the sign.
    case error([UInt8])
    case integer(Int64)
    case bulk([UInt8])
    /// Neither string nor array: a missing value, or an EXEC that its WATCH stopped.
    case null
    case array([RedisValue])

    /// Whether it is `+OK`.
    public var isOK: Bool { self == .simple(Array("OK".utf8)) }

    /// Its bytes as text, if it is a string of some kind.
    public var text: String? {
        switch self {
        case .simple(let bytes), .bulk(let bytes), .error(let bytes): bytes.span.readable
        default: nil
        }
    }

    /// The bytes of a string; nil for everything else.
    public var bytes: [UInt8]? {
        switch self {
        case .bulk(let bytes), .simple(let bytes): bytes
        default: nil
        }
    }

    /// Its elements, if it is an array.
    public var elements: [RedisValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// Its number, if it is an integer.
    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }
}
