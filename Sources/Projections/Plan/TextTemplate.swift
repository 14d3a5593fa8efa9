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

extension TextTemplate {
    /// As the user would write it: in a template a path has no `$.`.
    package func shown(in plan: ProjectionPlan) -> String {
        parts.map { part in
            switch part {
            case .literal(let text): text
            case .placeholder(.path(let index, _)): "{\(plan.paths[index].members.joined(separator: "."))}"
            case .placeholder(let source): source.shown(plan.paths)
            }
        }.joined()
    }
}
