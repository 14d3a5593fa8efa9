/// Where a value comes from, as Projections.md, "Values", lists it.
public enum OracleValue: Sendable, Equatable {
    /// `$.a.b`, with `?` where optional.
    case path(OraclePath, optional: Bool)
    /// `{@key}`
    case key
    /// `{@timestamp}`
    case timestamp
    /// `{@partition}`
    case partition
    /// `{@offset}`
    case offset
    /// `{@header.name}`, with `?` where optional.
    case header(String, optional: Bool)
    /// A quoted constant.
    case text(String)
    /// A constant without quotes: in a document a number, `true` or `false` keeps its type.
    case plain(String)

    /// The shorthand of `$.a.b` and `$.a.b?`.
    public static func path(_ text: String) -> OracleValue {
        let optional = text.hasSuffix("?")
        let names = (optional ? String(text.dropLast()) : text).split(separator: ".").map(String.init)
        return .path(OraclePath(names), optional: optional)
    }
}

/// A value where a number is expected; with a scale, times ten to its power.
public struct OracleNumber: Sendable, Equatable {
    public var value: OracleValue
    public var scale: Int?

    public init(_ value: OracleValue, scale: Int? = nil) {
        self.value = value
        self.scale = scale
    }
}

/// Literal text and placeholders.
public struct OracleTemplate: Sendable, Equatable {
    public enum Part: Sendable, Equatable {
        case literal(String)
        case placeholder(OracleValue)
    }

    public var parts: [Part]

    public init(_ parts: [Part]) { self.parts = parts }

    /// The placeholders' values.
    public var values: [OracleValue] {
        parts.compactMap { part in
            if case .placeholder(let value) = part { value } else { nil }
        }
    }
}

/// What is added, removed or scored.
public enum OracleMember: Sendable, Equatable {
    case value(OracleValue)
    case template(OracleTemplate)

    /// All values that it is made of.
    public var values: [OracleValue] {
        switch self {
        case .value(let value): [value]
        case .template(let template): template.values
        }
    }
}
