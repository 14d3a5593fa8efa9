import Bytes
import Projections

/// A view's key template as it stands in the claims record, so that projections of other files are told apart from it.
///
/// Field `PROJECTION VIEW`, value `plain|order:{}` or `bucket|…`; `{}` is a placeholder, `{{` a literal brace.
struct Claim: Equatable {
    let projection: String
    let view: String
    let isBucket: Bool
    let template: TextTemplate

    init(projection: String, view: ViewPlan) {
        self.projection = projection
        self.view = view.name
        if case .buckets = view.kind { isBucket = true } else { isBucket = false }
        // Which value stands in a placeholder does not matter to which keys it can make.
        template = TextTemplate(
            parts: view.key.parts.map { if case .literal = $0 { $0 } else { .placeholder(.key) } })
    }

    init?(field: String, value: String) {
        let names = field.split(separator: " ")
        let halves = value.split(separator: "|", maxSplits: 1)
        guard names.count == 2, halves.count == 2 else { return nil }
        projection = String(names[0])
        view = String(names[1])
        isBucket = halves[0] == "bucket"
        var parts: [TextTemplate.Part] = []
        var literal = ""
        var rest = halves[1][...]
        while let first = rest.popFirst() {
            if first == "{", rest.first == "{" {
                rest.removeFirst()
                literal.append("{")
            } else if first == "{", rest.first == "}" {
                rest.removeFirst()
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = ""
                parts.append(.placeholder(.key))
            } else {
                literal.append(first)
            }
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        template = TextTemplate(parts: parts)
    }

    var field: String { "\(projection) \(view)" }

    var value: String {
        (isBucket ? "bucket|" : "plain|")
            + template.parts.map { part in
                if case .literal(let text) = part { text.replacing("{", with: "{{") } else { "{}" }
            }.joined()
    }

    var pattern: KeyPattern { KeyPattern(template, isBucket: isBucket) }
}
