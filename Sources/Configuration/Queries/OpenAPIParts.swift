/// What all paths of the document have in common.
enum OpenAPIParts {
    static let span: [(String, JSONValue)] = [("type", .text("string")), ("pattern", .text("^[0-9]+(ms|s|m|h|d)$"))]

    static func type(_ names: String...) -> JSONValue {
        .object([("type", names.count == 1 ? .text(names[0]) : .list(names.map { .text($0) }))])
    }

    static func object(_ properties: [(String, JSONValue)]) -> JSONValue {
        .object([("type", .text("object")), ("properties", .object(properties))])
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
        let codes = ["400", "401", "403", "404", "409", "502", "503"].map { ($0, problem) }
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

    private static let text: [(String, JSONValue)] = [("type", .text("string"))]

    private static let parameters: [(String, JSONValue)] = [
        ("after", query("after", text, "The rows must include these events: orders/3@1041,4@7.")),
        ("seen", query("seen", text, "The rows must not be older than an answer with this Lantern-Checkpoint.")),
        ("generation", query("generation", text, "The rows must be of this generation or a later one: orders:4.")),
        ("latest", query("latest", [("type", .text("boolean"))], "The rows must include all that is in the log now.")),
        ("max-stale", query("max-stale", span, "The rows must include all that was in the log so long ago.")),
        ("wait", query("wait", span, "How long to wait for that; default 1s, at most 60s.")),
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
        .object([("description", .text(summary)), ("schema", .object(text))])
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
                            object([
                                ("type", type("string")), ("title", type("string")), ("status", type("integer")),
                                ("detail", type("string")), ("have", type("string")), ("want", type("string")),
                                ("eventsBehind", type("integer")), ("millisecondsBehind", type("integer")),
                            ])
                        )
                    ])
                )
            ])
        ),
    ])
}
