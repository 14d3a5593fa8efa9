import CommandLine
import Configuration
import Logging
import Projections
import Records
import Redis
import Worker

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

    let configPath: String
    let projection: String
    let place: ParkedPlace
    let valuePath: String
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        projection = try parsed.requiredArgument("PROJECTION")
        place = try ParkedPlace.required(parsed)
        valuePath = try parsed.requiredValue("value")
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode {
        guard let value = InputFile.read(valuePath) else {
            return Console.fail("\(valuePath) cannot be read: check that it exists and that you may read it", .usage)
        }
        return ConfigurationFile.withProjection(projection, of: configPath, clientName: "lantern-parked") {
            plan, _, redis in
            let requests = ParkedRequests(plan: plan)
            let answers = try requests.ask(.edit(value), of: [place], &redis)
            return requests.conclude(answers, asJSON: asJSON, &redis)
        }
    }
}
