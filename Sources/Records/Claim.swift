public import Projections
public import Redis

/// A view's key template as it is in the claims record, to find collisions with projections of other files.
///
/// Field `PROJECTION VIEW`, value `plain|order:{}` or `bucket|…`; `{}` is a placeholder, `{0}` one with the
/// value of the first placeholder, `{{` a literal brace.
public struct Claim: Sendable, Equatable {
    public let projection: String
    public let view: String
    public let isBucket: Bool
    public let template: TextTemplate

    public init(projection: String, view: ViewPlan) {
        self.projection = projection
        self.view = view.name
        if case .buckets = view.kind { isBucket = true } else { isBucket = false }
        // Which keys a template can make depends not on the values of its placeholders, but on which placeholders are
        // equal.
        var sources: [ValueSource] = []
        template = TextTemplate(
            parts: view.key.parts.map { part in
                guard case .placeholder(let source) = part else { return part }
                if !sources.contains(source) { sources.append(source) }
                return .placeholder(Self.placeholder(sources.firstIndex(of: source) ?? 0))
            })
    }

    public init?(field: String, value: String) {
        let names = field.split(separator: " ")
        let halves = value.split(separator: "|", maxSplits: 1)
        guard names.count == 2, halves.count == 2 else { return nil }
        projection = String(names[0])
        view = String(names[1])
        isBucket = halves[0] == "bucket"
        var parts: [TextTemplate.Part] = []
        var count = 0
        var literal = ""
        var rest = halves[1][...]
        while let first = rest.popFirst() {
            if first == "{", rest.first == "{" {
                rest.removeFirst()
                literal.append("{")
            } else if first == "{", let end = rest.firstIndex(of: "}") {
                let number = Int(rest[..<end]) ?? count
                rest = rest[rest.index(after: end)...]
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = ""
                parts.append(.placeholder(Self.placeholder(number)))
                count = max(count, number + 1)
            } else {
                literal.append(first)
            }
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        template = TextTemplate(parts: parts)
    }

    public var field: String { "\(projection) \(view)" }

    public var value: String {
        var seen: [ValueSource] = []
        return (isBucket ? "bucket|" : "plain|")
            + template.parts.map { part in
                switch part {
                case .literal(let text): return text.replacing("{", with: "{{")
                case .placeholder(let source):
                    if let number = seen.firstIndex(of: source) { return "{\(number)}" }
                    seen.append(source)
                    return "{}"
                }
            }.joined()
    }

    /// The source used for the placeholder of that number: a pattern only asks whether two of them are equal.
    private static func placeholder(_ number: Int) -> ValueSource { .header("\(number)") }

    /// All claims that this Redis holds.
    public static func all(_ redis: inout RedisConnection) throws -> [Claim] {
        let elements = try redis.command("HGETALL", KeySpace.claims).elements ?? []
        return stride(from: 0, to: elements.count - 1, by: 2).compactMap { index in
            guard let field = elements[index].text, let value = elements[index + 1].text else { return nil }
            return Claim(field: field, value: value)
        }
    }

    /// Whether some key could be of both.
    public func covers(keyOf other: Claim) -> Bool { KeyPattern.canCollide(pattern, other.pattern) }

    public var pattern: KeyPattern { KeyPattern(template, isBucket: isBucket) }
}
