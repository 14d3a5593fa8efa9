import Terminal

/// `lantern status`: how far every projection is.
struct StatusCommand: Command {
    static let spec = CommandSpec(
        "status", "Show how far the projections are",
        discussion: """
            Reads Redis (checkpoints, states, parked events, rewinds) and Kafka (the ends of the partitions). It changes
            nothing and needs no running worker.
            """,
        options: [CommonOptions.config, CommonOptions.json],
        examples: [
            .init("lantern status --config lantern.yaml", "One line a partition, with its lag"),
            .init(
                "lantern status --config lantern.yaml --json | jq '[.projections[].partitions[].lag] | add'",
                "The whole lag, for scripts"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .halted, .unreachable]))

    let configPath: String
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode { Console.fail("status: not built yet", .failed) }
}
