import CommandLine
import Records

/// `lantern parked skip`.
struct ParkedSkipCommand: Command {
    static let spec = CommandSpec(
        "skip", "Continue without an event, permanently",
        discussion: """
            Redis remembers the skip, and a rebuild applies it too. The events that wait behind it are projected. Skip
            also accepts the event at which a partition halted. \(ParkedGroup.waiting)
            """,
        arguments: [CommonOptions.projection, ParkedGroup.place],
        options: [CommonOptions.config, CommonOptions.json],
        examples: [.init("lantern parked skip --config lantern.yaml orders orders:3:1041", "Skip one event")],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let subject: ParkedSubject

    init(_ parsed: ParsedCommand) throws(UsageError) {
        subject = try ParkedSubject(parsed)
    }

    func run() -> ExitCode {
        subject.ask(.skip)
    }
}
