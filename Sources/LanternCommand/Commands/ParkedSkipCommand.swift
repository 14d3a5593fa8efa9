import Configuration
import Projections
import Redis
import Terminal
import Worker

/// `lantern parked skip`.
struct ParkedSkipCommand: Command {
    static let spec = CommandSpec(
        "skip", "Go on without an event, for good",
        discussion: """
            The skip is remembered in Redis and holds for a rebuild too; what queues behind the event is folded. It also
            takes the event at which a partition halted. \(ParkedGroup.waiting)
            """,
        arguments: [CommonOptions.projection, ParkedGroup.place],
        options: [CommonOptions.config, CommonOptions.json],
        examples: [.init("lantern parked skip --config lantern.yaml orders orders:3:1041", "Go on without one event")],
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
        ConfigurationFile.withProjection(projection, of: configPath, clientName: "lantern-parked") { plan, redis in
            let answers = try ParkedRequests(plan: plan).ask(.skip, of: [place], &redis)
            return ParkedRequests.tell(answers, asJSON: asJSON)
        }
    }
}
