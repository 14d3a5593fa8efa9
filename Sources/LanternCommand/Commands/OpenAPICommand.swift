import CommandLine
import Configuration

/// `lantern openapi`: the read API of a file.
struct OpenAPICommand: Command {
    static let spec = CommandSpec(
        "openapi", "Write the read API of a file to stdout, as OpenAPI 3.1",
        options: [CommonOptions.config],
        examples: [.init("lantern openapi --config lantern.yaml > openapi.json", "For a generator of clients")],
        exitCodes: CommandTree.notes([.done, .usage]))

    let configPath: String

    init(_ parsed: ParsedCommand) throws(UsageError) { configPath = try parsed.requiredValue("config") }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        Console.output.write(OpenAPI.text(of: configuration))
        return .done
    }
}
