import CommandLine

/// `PROJECTION VIEW KEY…` on a command line: which row, or which view.
struct RowWords {
    let projection: String
    let view: String
    /// The Redis key, or the values of its placeholders; empty: none was given.
    let key: [String]

    static func arguments(keyIsOptional: Bool) -> [ArgumentSpec] {
        [
            CommonOptions.projection,
            ArgumentSpec("VIEW", "a view's name, as in the file"),
            ArgumentSpec(
                "KEY", "the Redis key, or the values of the key's placeholders in order", optional: keyIsOptional,
                repeating: true),
        ]
    }

    init(_ parsed: ParsedCommand) throws(UsageError) {
        projection = try parsed.requiredArgument("PROJECTION")
        view = try parsed.requiredArgument("VIEW")
        key = parsed.arguments("KEY")
    }
}
