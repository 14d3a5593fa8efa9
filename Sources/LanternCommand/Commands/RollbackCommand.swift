import CommandLine
import Redis
import Worker

/// `lantern rollback`: what was live before becomes live again.
struct RollbackCommand: Command {
    static let spec = CommandSpec(
        "rollback", "Make the generation live again that was live before the last promotion",
        discussion: """
            The same as `lantern promote`, the other way round: the former generation is brought to the live checkpoints and
            exchanged with what is live. Events since the promotion are in it. The file only has to name the projections.
            If no worker runs the former definition, it says so, and how to start one.
            """,
        options: PromotionOptions.common,
        examples: [.init("lantern rollback --config lantern.yaml", "Go back")],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let options: PromotionOptions

    init(_ parsed: ParsedCommand) throws(UsageError) { options = try PromotionOptions(parsed) }

    func run() -> ExitCode { PromotionRun.rollback(options).run() }
}
