import CommandLine
import Configuration

/// `lantern schema`: the JSON Schema of the file.
struct SchemaCommand: Command {
    static let spec = CommandSpec(
        "schema", "Write the file's JSON Schema to stdout, for editors",
        examples: [.init("lantern schema > lantern.schema.json", "Keep it beside the file")],
        exitCodes: CommandTree.notes([.done]))

    init(_ parsed: ParsedCommand) throws(UsageError) {}

    func run() -> ExitCode {
        Console.output.write(JSONSchema.text())
        return .done
    }
}
