import CommandLine

/// `lantern version`, and `--version`.
struct VersionCommand: Command {
    /// The program's version.
    static let version = "0.1.0"

    static let spec = CommandSpec("version", "Show the version", exitCodes: CommandTree.notes([.done]))

    init(_ parsed: ParsedCommand) throws(UsageError) {}

    init() {}

    func run() -> ExitCode {
        Console.print("lantern \(Self.version)")
        return .done
    }
}
