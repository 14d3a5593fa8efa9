import CommandLine

/// All commands of `lantern`, and how a parsed line finds its own.
enum CommandTree {
    private static let commands: [any Command.Type] = [
        RunCommand.self, ServeCommand.self, HealthCommand.self, InitCommand.self, ValidateCommand.self,
        SchemaCommand.self, OpenAPICommand.self, StatusCommand.self, TopCommand.self, GetCommand.self,
        WatchCommand.self,
        ExplainCommand.self,
    ]
    private static let parked: [any Command.Type] = [
        ParkedListCommand.self, ParkedShowCommand.self, ParkedRetryCommand.self, ParkedEditCommand.self,
        ParkedSkipCommand.self,
    ]
    private static let rest: [any Command.Type] = [
        PlanCommand.self, RebuildCommand.self, GenerationsCommand.self, DiffCommand.self, PromoteCommand.self,
        RollbackCommand.self, VerifyCommand.self, DropCommand.self, HistoryCommand.self, BenchCommand.self,
        DemoCommand.self,
        CompletionCommand.self, VersionCommand.self,
    ]

    /// The program's declaration.
    static var root: CommandSpec {
        CommandSpec(
            "lantern", "Materialize Kafka events as exact views in Redis",
            discussion: """
                Lantern folds the events of Kafka topics into views in Redis, as described by a YAML file. A view
                and the offset that it has reached change in one Redis transaction, so every event takes effect
                exactly once.
                """,
            examples: [
                .init("lantern demo --events 100000", "Watch it work, without Kafka or Redis of your own"),
                .init("lantern validate lantern.yaml", "Check a file"),
                .init("lantern run --config lantern.yaml", "Run it until Ctrl-C"),
            ],
            exitCodes: notes(ExitCode.allCases),
            subcommands: commands.map { $0.spec } + [ParkedGroup.spec(parked.map { $0.spec })] + rest.map { $0.spec })
    }

    /// The command that a parsed line names.
    ///
    /// - Throws: `UsageError` for values that do not make sense.
    static func command(for parsed: ParsedCommand) throws(UsageError) -> (any Command)? {
        let isParked = parsed.path.dropFirst().first == ParkedGroup.name
        let types = isParked ? parked : commands + rest
        for type in types where type.spec.name == parsed.path.last { return try type.init(parsed) }
        return nil
    }

    /// Exit codes as help explains them.
    static func notes(_ codes: [ExitCode]) -> [CommandSpec.ExitCodeNote] {
        codes.map { code in
            switch code {
            case .done: .init(code.rawValue, "done")
            case .failed: .init(code.rawValue, "failed while running")
            case .usage: .init(code.rawValue, "the command line or the configuration is wrong")
            case .halted: .init(code.rawValue, "a partition halted")
            case .differences: .init(code.rawValue, "compared, and there are differences")
            case .unreachable: .init(code.rawValue, "Kafka or Redis could not be reached, or refused, at start")
            }
        }
    }
}
