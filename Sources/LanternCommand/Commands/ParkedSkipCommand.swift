import CommandLine
import Configuration
import Projections
import Records
import Redis
import Worker

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

    let configPath: String
    let projection: String
    let place: ParkedPlace
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        projection = try parsed.requiredArgument("PROJECTION")
        place = try ParkedPlace.required(parsed)
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode {
        ConfigurationFile.withProjection(projection, of: configPath, clientName: "lantern-parked") { plan, _, redis in
            let requests = ParkedRequests(plan: plan)
            let answers = try requests.ask(.skip, of: [place], &redis)
            return requests.conclude(answers, asJSON: asJSON, &redis)
        }
    }
}
