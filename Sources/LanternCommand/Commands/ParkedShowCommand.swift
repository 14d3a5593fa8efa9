import Terminal

/// `lantern parked show`.
struct ParkedShowCommand: Command {
    static let spec = CommandSpec(
        "show", "Show one parked event: its reason, key, headers and value",
        arguments: [CommonOptions.projection, ParkedGroup.place],
        options: [CommonOptions.config, CommonOptions.json],
        examples: [.init("lantern parked show --config lantern.yaml orders orders:3:1041", "One event")],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let projection: String
    let place: ParkedPlace
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        projection = try parsed.requiredArgument("PROJECTION")
        place = try ParkedPlace.required(parsed)
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode { Console.fail("parked show: not built yet", .failed) }
}
