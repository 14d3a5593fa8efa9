import CommandLine
import Redis
import Worker

/// `lantern promote`: what was built becomes what readers see.
struct PromoteCommand: Command {
    static let spec = CommandSpec(
        "promote", "Make the build of this file's definition live, in one step for all readers",
        discussion: """
            Exchanges the contents of the home database and the build's database (SWAPDB). Before that it checks that the
            build lacks nothing; then the live generations stand until the build has reached exactly their checkpoints. If
            that takes longer than --drain, or anything else goes wrong, they go on and nothing has happened. A build that is
            behind is brought up to live first, in this process.

            The former generation stays in the other database: `lantern rollback` takes it back.
            """,
        options: PromotionOptions.common + [PromotionOptions.acceptShrink],
        examples: [
            .init("lantern promote --config lantern.yaml --dry-run", "Say whether it would be done"),
            .init("lantern promote --config lantern.yaml", "Do it"),
            .init(
                "lantern promote --config lantern.yaml --accept-shrink orders.by-day --json",
                "One view may lose rows; for scripts"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let options: PromotionOptions

    init(_ parsed: ParsedCommand) throws(UsageError) { options = try PromotionOptions(parsed) }

    func run() -> ExitCode { PromotionRun.promote(options).run() }
}
