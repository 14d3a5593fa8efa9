extension TextTemplate {
    /// The values in its placeholders.
    package var sources: [ValueSource] {
        parts.compactMap { part in
            if case .placeholder(let source) = part { return source }
            return nil
        }
    }
}

extension MemberSource {
    package var sources: [ValueSource] {
        switch self {
        case .value(let source): [source]
        case .template(let template): template.sources
        }
    }
}

extension ChangePlan {
    /// The values that it reads.
    package var sources: [ValueSource] {
        switch self {
        case .setField(_, let source): [source]
        case .incrementField(_, let number), .increment(let number), .maximum(let number), .minimum(let number),
            .score(let number):
            [number.source]
        case .setDocument(let fields): fields.map(\.value)
        case .unsetField, .setAll, .add, .remove, .delete: []
        }
    }
}
