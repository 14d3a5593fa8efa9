/// A JSON Schema of the configuration file, for editors; made from the tables that the parser reads.
public enum JSONSchema {
    /// The schema (draft 2020-12) as JSON text.
    public static func text() -> String {
        var members: [(String, JSONValue)] = [
            ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
            ("title", .text("Lantern configuration")),
        ]
        members += object(Vocabulary.top)
        members.append(("$defs", .object(definitions)))
        return JSONValue.object(members).written() + "\n"
    }

    private static let definitions: [(String, JSONValue)] = [
        ("nothing", .object([("type", .text("null"))])),
        ("reference", pattern(#"\$\{"#, "An environment variable: ${NAME} or ${NAME:-default}.")),
        ("path", pattern(#"^\$\.|\$\{"#, "A path: $.a or $.a.b.")),
        (
            "source",
            pattern(
                #"^\$\.|^\{@|\$\{"#,
                "A path, $.a or $.a.b, or what the record has: {@header.name}, {@key}, {@timestamp}.")
        ),
        ("template", pattern("^[^{]", "Text and placeholders: order:{orderId}, {a.b}, {@key}, {@header.name}.")),
        (
            "value",
            .object([
                (
                    "description",
                    .text("A path ($.a, $.a? if it may be missing), {@key}, {@header.name}, or a constant.")
                ),
                scalarTypes,
            ])
        ),
        (
            "number",
            anyOf([
                .object([("$ref", .text("#/$defs/value"))]),
                .object(object(ViewVocabulary.number)),
            ])
        ),
    ]

    private static let scalarTypes: (String, JSONValue) = (
        "type", .list([.text("string"), .text("number"), .text("boolean")])
    )

    private static func pattern(_ expression: String, _ summary: String) -> JSONValue {
        .object([("description", .text(summary)), ("type", .text("string")), ("pattern", .text(expression))])
    }

    private static func anyOf(_ list: [JSONValue]) -> JSONValue { .object([("anyOf", .list(list))]) }

    private static func object(_ words: [Word]) -> [(String, JSONValue)] {
        var members: [(String, JSONValue)] = [
            ("type", .text("object")),
            ("properties", .object(words.map { ($0.name, property($0)) })),
            ("additionalProperties", .flag(false)),
        ]
        let required = words.filter(\.isRequired).names
        if !required.isEmpty { members.append(("required", .list(required.map(JSONValue.text)))) }
        return members
    }

    private static func property(_ word: Word) -> JSONValue {
        guard case .object(let members) = schema(word.shape) else { return schema(word.shape) }
        return .object([("description", .text(word.summary))] + members)
    }

    /// A single value may always come from the environment.
    private static func orReference(_ shape: [(String, JSONValue)]) -> JSONValue {
        anyOf([.object(shape), .object([("$ref", .text("#/$defs/reference"))])])
    }

    private static func schema(_ shape: Shape) -> JSONValue {
        switch shape {
        case .scalar: .object([scalarTypes])
        case .text(let pattern): orReference([("type", .text("string")), ("pattern", .text(pattern))])
        case .integer(let range):
            orReference([
                ("type", .text("integer")), ("minimum", .integer(range.lowerBound)),
                ("maximum", .integer(range.upperBound)),
            ])
        case .duration: orReference([("type", .text("string")), ("pattern", .text("^[0-9]+(ms|s|m|h|d)$"))])
        case .size:
            orReference([
                ("type", .list([.text("integer"), .text("string")])), ("pattern", .text("^[0-9]+(KiB|MiB|GiB)?$")),
            ])
        case .flag: orReference([("type", .text("boolean"))])
        case .choice(let words): orReference([("enum", .list(words.map(JSONValue.text)))])
        case .map(let words): .object(object(words))
        case .named(let pattern, let shape): named(pattern, shape)
        case .list(let shape): .object([("type", .text("array")), ("items", schema(shape)), ("minItems", .integer(1))])
        case .either(let shapes): anyOf(shapes.map(schema))
        case .definition(let name): .object([("$ref", .text("#/$defs/\(name)"))])
        }
    }

    private static func named(_ pattern: String, _ shape: Shape) -> JSONValue {
        var members: [(String, JSONValue)] = [("type", .text("object")), ("additionalProperties", schema(shape))]
        if !pattern.isEmpty { members.append(("propertyNames", .object([("pattern", .text(pattern))]))) }
        return .object(members)
    }
}
