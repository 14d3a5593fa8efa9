import CommandLine
import Records

/// `lantern parked edit`.
struct ParkedEditCommand: Command {
    static let spec = CommandSpec(
        "edit", "Project another value instead of an event's own",
        discussion: """
            Kafka's log does not change. Redis remembers the edit, and a rebuild applies it too. Edit also accepts the
            event at which a partition halted. \(ParkedGroup.waiting)
            """,
        arguments: [CommonOptions.projection, ParkedGroup.place],
        options: [
            CommonOptions.config,
            OptionSpec(
                "value", "FILE", "the file that holds the new value; - is stdin", required: true, completion: .files),
            CommonOptions.json,
        ],
        examples: [
            .init(
                "lantern parked edit --config lantern.yaml orders orders:3:1041 --value fixed.json", "Correct one event"
            )
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let subject: ParkedSubject
    let valuePath: String

    init(_ parsed: ParsedCommand) throws(UsageError) {
        subject = try ParkedSubject(parsed)
        valuePath = try parsed.requiredValue("value")
    }

    func run() -> ExitCode {
        guard let value = InputFile.read(valuePath) else {
            return Console.fail("\(valuePath) cannot be read: check that it exists and that you may read it", .usage)
        }
        return subject.ask(.edit(value))
    }
}
