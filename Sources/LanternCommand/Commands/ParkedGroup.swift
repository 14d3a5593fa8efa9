import CommandLine

/// `lantern parked`: what its commands have in common.
enum ParkedGroup {
    static let name = "parked"

    static func spec(_ subcommands: [CommandSpec]) -> CommandSpec {
        CommandSpec(
            name, "Look at events that could not be projected, and decide what happens to them",
            discussion: """
                An event that some view cannot take is parked, and later events of its key wait behind it; all other keys
                continue. The worker that owns the partition carries out retry, edit and skip.
                """,
            exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]),
            subcommands: subcommands)
    }

    static let place = ArgumentSpec("TOPIC:PARTITION:OFFSET", "the event's place, as 'parked list' shows it")

    static let noSuchEvent = "no such event is parked; `lantern parked list` shows those that are"

    static let waiting = "Waits up to 30 s for the worker's answer; after that the request stays queued."
}
