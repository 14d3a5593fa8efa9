import Terminal

/// `lantern get`: a row of a view.
struct GetCommand: Command {
    static let spec = CommandSpec(
        "get", "Show a row of a view",
        discussion: "Without KEY it shows some rows and how many there are.",
        arguments: [
            CommonOptions.projection,
            ArgumentSpec("VIEW", "a view's name, as in the file"),
            ArgumentSpec(
                "KEY", "the Redis key, or the values of the key's placeholders in order", optional: true,
                repeating: true),
        ],
        options: [CommonOptions.config, CommonOptions.json],
        examples: [
            .init("lantern get --config lantern.yaml orders order", "Some orders"),
            .init("lantern get --config lantern.yaml orders order o-17", "One order, by the placeholder's value"),
            .init("lantern get --config lantern.yaml orders order order:o-17", "The same, by its Redis key"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let projection: String
    let view: String
    let key: [String]
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        projection = try parsed.requiredArgument("PROJECTION")
        view = try parsed.requiredArgument("VIEW")
        key = parsed.arguments("KEY")
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode { Console.fail("get: not built yet", .failed) }
}
