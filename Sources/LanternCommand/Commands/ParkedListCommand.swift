import Terminal

/// `lantern parked list`.
struct ParkedListCommand: Command {
    static let spec = CommandSpec(
        "list", "List the parked events and why they are parked",
        discussion: "Without PROJECTION those of all projections of the file.",
        arguments: [ArgumentSpec("PROJECTION", "a projection's name, as in the file", optional: true)],
        options: [CommonOptions.config, CommonOptions.json],
        examples: [.init("lantern parked list --config lantern.yaml", "All of them")],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let projection: String?
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        projection = parsed.argument("PROJECTION")
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode { Console.fail("parked list: not built yet", .failed) }
}
