import CommandLine
import Configuration
import Projections
import Records
import Redis
import Worker

/// `lantern parked retry`.
struct ParkedRetryCommand: Command {
    /// What is to be folded again.
    enum Selection: Equatable {
        case place(ParkedPlace)
        case key(String)
        case all
    }

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
    let selection: Selection
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
        ConfigurationFile.withProjection(projection, of: configPath, clientName: "lantern-parked") { plan, redis in
            if case .all = selection {
                let lists = try ParkedReader(plan, &redis)?.lists(&redis) ?? []
                guard !lists.isEmpty else { return Console.fail(ParkedGroup.noSuchEvent, .failed) }
                let requests = ParkedRequests(plan: plan)
                let answers = try requests.retryAll(in: lists, &redis)
                return requests.conclude(answers, asJSON: asJSON, &redis)
            }
            let places = try selected(plan, &redis)
            guard !places.isEmpty else { return Console.fail(ParkedGroup.noSuchEvent, .failed) }
            let requests = ParkedRequests(plan: plan)
            let answers = try requests.ask(.retry, of: places, &redis)
            return requests.conclude(answers, asJSON: asJSON, &redis)
        }
    }

    /// One request a key: what is parked behind the first event of a key is retried with it.
    private func selected(_ plan: ProjectionPlan, _ redis: inout RedisConnection) throws -> [ParkedPlace] {
        if case .place(let place) = selection { return [place] }
        guard let reader = try ParkedReader(plan, &redis) else { return [] }
        var places: [ParkedPlace] = []
        for (topic, partition) in try reader.lists(&redis) {
            var seen: Set<[UInt8]> = []
            for (offset, key) in try reader.offsets(topic, partition, &redis) {
                if case .key(let wanted) = selection, key != Array(wanted.utf8) { continue }
                if let key, plan.isOrderDependent, !seen.insert(key).inserted { continue }
                if let place = ParkedPlace("\(topic):\(partition):\(offset)") { places.append(place) }
            }
        }
        return places
    }
}
