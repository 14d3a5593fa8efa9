/// What a draft says beside its projections.
struct DraftHead {
    /// librdkafka's properties, as the file is to have them: `${NAME}` is not replaced.
    var kafka: [(name: String, value: String)]
    var redis: String

    var lines: [String] {
        ["kafka:"] + kafka.map { "  \($0.name): \(DraftText.scalar($0.value))" } + [
            "", "redis: \(DraftText.scalar(redis))",
        ]
    }

    /// A whole file with these settings: by it they are checked, and `${NAME}` is replaced.
    var probe: String {
        let projection =
            "{ version: 1, topics: [t], views: { v: { counter: \"v\", events: { \"*\": { increment: 1 } } } } }"
        return (lines + ["projections: { p: \(projection) }", ""]).joined(separator: "\n")
    }
}
