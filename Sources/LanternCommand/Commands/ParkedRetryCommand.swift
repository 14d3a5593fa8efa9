import CommandLine
import Configuration
import Projections
import Records
import Redis
import Worker

/// `lantern parked retry`.
struct ParkedRetryCommand: Command {
    static let spec = CommandSpec(
        "retry", "Project parked events again, in order",
        discussion: "Name them by TOPIC:PARTITION:OFFSET, --key or --all. \(ParkedGroup.waiting)",
        arguments: [
            CommonOptions.projection,
            ArgumentSpec(ParkedGroup.place.name, ParkedGroup.place.summary, optional: true),
        ],
        options: [
            CommonOptions.config,
            OptionSpec("key", "KEY", "all that is parked under this record key"),
            OptionSpec(flag: "all", "all that the projection has parked"),
            CommonOptions.json,
        ],
        examples: [
            .init("lantern parked retry --config lantern.yaml orders orders:3:1041", "One event"),
            .init(
                "lantern parked retry --config lantern.yaml orders --all", "All, after a limit was raised"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let projection: String
    let selection: ParkedRetry.Selection
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        projection = try parsed.requiredArgument("PROJECTION")
        asJSON = parsed.flag("json")
        let place = parsed.argument(ParkedGroup.place.name)
        switch (place, parsed.value("key"), parsed.flag("all")) {
        case (.some, nil, false): selection = .place(try ParkedPlace.required(parsed))
        case (nil, .some(let key), false): selection = .key(key)
        case (nil, nil, true): selection = .all
        default:
            throw parsed.error(
                .missingArgument, "exactly one of TOPIC:PARTITION:OFFSET, '--key KEY' and '--all' is needed")
        }
    }

    func run() -> ExitCode {
        ConfigurationFile.withProjection(projection, of: configPath, clientName: "lantern-parked") { plan, _, redis in
            guard let answers = try ParkedRetry(plan: plan, selection: selection).answers(&redis) else {
                return Console.fail(ParkedGroup.noSuchEvent, .failed)
            }
            return ParkedRequests(plan: plan).conclude(answers, asJSON: asJSON, &redis)
        }
    }
}
