/// A value in a log line's metadata; numbers and booleans stay what they are in JSON.
public enum LogValue: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)

    /// Any integer; those beyond Int64 as text.
    public static func count(_ value: some BinaryInteger) -> LogValue {
        Int64(exactly: value).map { .integer($0) } ?? .text(value.description)
    }

    /// What an error or anything else says of itself.
    public static func describing(_ value: some CustomStringConvertible) -> LogValue {
        .text(value.description)
    }
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

/// A name and a value in a log line.
public struct LogField: Sendable, Equatable {
    public var name: String
    public var value: LogValue

    public init(_ name: String, _ value: LogValue) {
        self.name = name
        self.value = value
    }
}
