import Configuration
import FoundationEssentials
import Terminal

/// `lantern validate`: checks a file without Kafka or Redis.
struct ValidateCommand: Command {
    static let spec = CommandSpec(
        "validate", "Check a file, without Kafka or Redis",
        discussion: """
            Mistakes are written to stderr as FILE:LINE:COLUMN: message, with what was probably meant; with --json they
            are in the object on stdout.
            """,
        arguments: [ArgumentSpec("FILE", "the YAML file", completion: .files)],
        options: [CommonOptions.json],
        examples: [
            .init("lantern validate lantern.yaml", "Check a file"),
            .init("lantern validate lantern.yaml --json | jq '.projections[].views[].key'", "Its keys, for scripts"),
        ],
        exitCodes: CommandTree.notes([.done, .usage]))

    let path: String
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        path = try parsed.requiredArgument("FILE")
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode {
        if asJSON { return runForScripts() }
        guard let configuration = ConfigurationFile.load(path) else { return .usage }
        Console.output.write(ConfigurationSummary(configuration).text(hasColor: Console.output.hasColor))
        return .done
    }

    private func runForScripts() -> ExitCode {
        do {
            let configuration = try Configuration.load(path: path, environment: ProcessInfo.processInfo.environment)
            return Console.printJSON(ConfigurationSummary(configuration), .done)
        } catch {
            return Console.printJSON(ConfigurationSummary(file: path, error), .usage)
        }
    }
}
