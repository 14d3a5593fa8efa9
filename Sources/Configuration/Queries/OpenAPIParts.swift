/// What all paths of the document have in common.
enum OpenAPIParts {
    static let span = text("^[1-9][0-9]{0,8}(ms|s|m|h|d)$")

    /// A text of that pattern.
    static func text(_ pattern: String) -> [(String, JSONValue)] {
        [("type", .text("string")), ("pattern", .text(pattern))]
    }

    static func type(_ names: String...) -> JSONValue {
        .object([("type", names.count == 1 ? .text(names[0]) : .list(names.map { .text($0) }))])
    }

    /// With all of these, but for those that are optional.
    static func object(_ properties: [(String, JSONValue)], optional: Set<String> = []) -> JSONValue {
        let names = properties.map(\.0).filter { !optional.contains($0) }
        return .object([
            ("type", .text("object")), ("properties", .object(properties)),
            ("required", .list(names.map { .text($0) })),
        ])
    }

    static func list(of items: JSONValue) -> JSONValue {
        .object([("type", .text("array")), ("items", items)])
    }

    /// One of these, or null where there is none.
    static func orNull(_ schema: JSONValue) -> JSONValue {
        .object([("anyOf", .list([schema, type("null")]))])
    }

    static func parameter(
        _ name: String, in place: String, schema: [(String, JSONValue)], isRequired: Bool, _ summary: String? = nil
    ) -> JSONValue {
        var members: [(String, JSONValue)] = [("name", .text(name)), ("in", .text(place))]
        if let summary { members.append(("description", .text(summary))) }
        if isRequired { members.append(("required", .flag(true))) }
        members.append(("schema", .object(schema)))
        return .object(members)
    }

    /// How fresh the rows must be: for every path.
    static let freshness: [JSONValue] = [
        "after", "seen", "generation", "latest", "max-stale", "wait", "stale",
    ].map { .object([("$ref", .text("#/components/parameters/\($0)"))]) }

    static func get(_ summary: String, _ parameters: [JSONValue], _ schema: JSONValue) -> JSONValue {
        let headers = [
            "Lantern-Checkpoint", "Lantern-Generation", "Lantern-Event-Time", "Lantern-Degraded", "Lantern-Stale",
        ]
        let answer = JSONValue.object([
            ("description", .text("The rows, exact for the vector in the headers")),
            (
                "headers",
                .object(headers.map { ($0, .object([("$ref", .text("#/components/headers/\($0)"))])) })
            ),
            ("content", .object([("application/json", .object([("schema", schema)]))])),
        ])
        let problem = JSONValue.object([("$ref", .text("#/components/responses/problem"))])
        let known = JSONValue.object([("description", .text("The rows are those of `If-None-Match`"))])
        let codes = [("304", known)] + ["400", "401", "403", "404", "409", "421", "502", "503"].map { ($0, problem) }
        return .object([
            (
                "get",
                .object([
                    ("summary", .text(summary)), ("parameters", .list(parameters)),
                    ("responses", .object([("200", answer)] + codes)),
                ])
            )
        ])
    }

    static let components = JSONValue.object([
        ("securitySchemes", .object([("token", .object([("type", .text("http")), ("scheme", .text("bearer"))]))])),
        ("parameters", .object(parameters)), ("headers", .object(headers)),
        ("responses", .object([("problem", problem)])),
    ])

    private static let place = "[0-9]{1,9}@[0-9]{1,18}"
    private static let offsets = "[^/,;=@]+/\(place)(,([^/,;=@]+/)?\(place))*"
    private static let part = "([^/,;=@]+=)?\(offsets)"

    private static let parameters: [(String, JSONValue)] = [
        ("after", query("after", text("^\(offsets)$"), "The rows must include these events: orders/3@1041,4@7.")),
        (
            "seen",
            query(
                "seen", text("^(\(part)(; ?\(part))*)?$"),
                "The rows must not be older than an answer with this Lantern-Checkpoint.")
        ),
        (
            "generation",
            query(
                "generation", text("^([^:,]+:[1-9][0-9]{0,8}(, ?[^:,]+:[1-9][0-9]{0,8})*)?$"),
                "The rows must be of this generation or a later one: orders:4.")
        ),
        (
            "latest",
            query(
                "latest", [("type", .text("boolean")), ("enum", .list([.flag(true)]))],
                "The rows must include all that is in the log now.")
        ),
        ("max-stale", query("max-stale", span, "The rows must include all that was in the log so long ago.")),
        (
            "wait",
            query(
                "wait", text("^(0|[0-9]{1,4}ms|[1-5]?[0-9]s|60s|1m)$"),
                "How long to wait for that; default 1s, at most 60s.")
        ),
        (
            "stale",
            query(
                "stale", [("enum", .list([.text("allow")]))],
                "If the time is over: the rows as they are, with Lantern-Stale.")
        ),
    ]

    private static func query(_ name: String, _ schema: [(String, JSONValue)], _ summary: String) -> JSONValue {
        parameter(name, in: "query", schema: schema, isRequired: false, summary)
    }

    private static let headers: [(String, JSONValue)] = [
        ("Lantern-Checkpoint", header("The next offset of each partition: orders/0@1042,1@998.")),
        ("Lantern-Generation", header("The live generation: orders:4.")),
        ("Lantern-Event-Time", header("The time of the newest event in the rows.")),
        ("Lantern-Degraded", header("parked: a row waits behind a parked event.")),
        ("Lantern-Stale", header("The rows are not as fresh as was asked; what is missing.")),
    ]

    private static func header(_ summary: String) -> JSONValue {
        .object([("description", .text(summary)), ("schema", type("string"))])
    }

    private static let problem = JSONValue.object([
        ("description", .text("Problem details (RFC 9457)")),
        (
            "content",
            .object([
                (
                    "application/problem+json",
                    .object([
                        (
                            "schema",
                            object(
                                [
                                    ("type", type("string")), ("title", type("string")), ("status", type("integer")),
                                    ("detail", type("string")), ("reason", type("string")), ("have", type("string")),
                                    ("want", type("string")), ("eventsBehind", type("integer")),
                                    ("millisecondsBehind", type("integer")), ("event", type("string")),
                                ],
                                optional: ["reason", "have", "want", "eventsBehind", "millisecondsBehind", "event"])
                        )
                    ])
                )
            ])
        ),
    ])
}
