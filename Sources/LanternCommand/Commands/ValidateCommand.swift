import Terminal

/// `lantern validate`: checks a file without Kafka or Redis.
struct ValidateCommand: Command {
    static let spec = CommandSpec(
        "validate", "Check a file, without Kafka or Redis",
        discussion: "Mistakes are written as FILE:LINE:COLUMN: message, with what was probably meant.",
        arguments: [ArgumentSpec("FILE", "the YAML file", completion: .files)],
        options: [CommonOptions.json],
        examples: [.init("lantern validate lantern.yaml", "Check a file")],
        exitCodes: CommandTree.notes([.done, .usage]))

    let path: String
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        path = try parsed.requiredArgument("FILE")
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode { Console.fail("validate: not built yet", .failed) }
}
