/// Literal text and placeholders: a view's key (`order:{orderId}`) or a member made of several values.
public struct TextTemplate: Sendable, Equatable {
    public enum Part: Sendable, Equatable {
        case literal(String)
        case placeholder(ValueSource)
    }

    public var parts: [Part]

    public init(parts: [Part]) { self.parts = parts }
}

/// A member: one value as it is (`$.customerId`), or a template whose placeholders are not escaped.
public enum MemberSource: Sendable, Equatable {
    case value(ValueSource)
    case template(TextTemplate)
}
