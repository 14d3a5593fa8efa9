import CommandLine
import Projections
import Records
import Redis

/// One event of a projection, as the commands about one parked event name it.
struct ParkedSubject {
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

    /// Does something with its projection and Redis, and reports what is wrong.
    func withProjection(_ body: (ProjectionPlan, Limits, inout RedisConnection) throws -> ExitCode) -> ExitCode {
        ConfigurationFile.withProjection(projection, of: configPath, clientName: "lantern-parked", body)
    }

    /// Asks the lane that owns the partition for it, waits, and prints the answer.
    func ask(_ action: RequestText.Action) -> ExitCode {
        withProjection { plan, _, redis in
            let requests = ParkedRequests(plan: plan)
            let answers = try requests.ask(action, of: [place], &redis)
            return requests.conclude(answers, asJSON: asJSON, &redis)
        }
    }
}
