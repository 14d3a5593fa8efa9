import Lantern
import Configuration
import Projections
import Records
import Redis
import CommandLine
import Worker

/// `lantern drop`: what remains of a projection that the file no longer has.
struct DropCommand: Command {
    static let spec = CommandSpec(
        "drop", "Remove what Redis holds of a projection that the file no longer has",
        discussion: """
            Removes the rows that the projection's claims in Redis cover, Lantern's own keys for it, its ledger and its
            claims. Stop its workers first. If it is interrupted, run it again. Keys that another projection's claim
            covers too are kept and counted.
            """,
        arguments: [ArgumentSpec("PROJECTION", "the projection's name, as in Redis")],
        options: [CommonOptions.config, OptionSpec(flag: "yes", "do not ask before anything is removed")],
        examples: [
            .init("lantern drop --config lantern.yaml old-orders", "Remove the views of 'old-orders'")
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let projection: String
    let isConfirmed: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        projection = try parsed.requiredArgument("PROJECTION")
        isConfirmed = parsed.flag("yes")
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        guard !configuration.projections.contains(where: { $0.name == projection }) else {
            return Console.fail(
                "projection \(projection) is in \(configPath): `lantern run --fresh \(projection)` builds it again; to drop it, remove it from the file first",
                .usage)
        }
        do {
            var redis = try RedisConnection.open(RedisOptions(configuration, clientName: "lantern-drop"))
            return try drop("\(configuration.redis)", &redis)
        } catch {
            return ErrorReport.explain(error)
        }
    }

    private func drop(_ server: String, _ redis: inout RedisConnection) throws -> ExitCode {
        let known = try StoredProjections.names(&redis)
        guard known.contains(projection) else {
            let others = known.isEmpty ? "none" : known.joined(separator: ", ")
            return Console.fail("Redis at \(server) holds no projection '\(projection)'; it has \(others)", .usage)
        }
        if Self.hasWorker(projection, &redis) {
            return Console.fail(
                "a worker of projection \(projection) is connected to Redis and would start it again: stop it first",
                .unreachable)
        }
        if !isConfirmed {
            let question =
                "This removes all rows of projection \(projection) and its ledger from \(server) permanently. Continue?"
            guard Question.ask(question) else {
                return Console.fail("not confirmed: nothing was changed (in scripts, pass --yes)", .usage)
            }
        }
        var driver = try GenerationDriver(projection, goal: .nothing, &redis)
        try driver.run(&redis)
        Console.print("\(projection): dropped, with \(driver.removed) rows")
        if driver.left > 0 {
            Console.print("\(driver.left) keys were kept: another projection's claim covers them too")
        }
        return .done
    }

    /// As far as this user may see other clients.
    private static func hasWorker(_ projection: String, _ redis: inout RedisConnection) -> Bool {
        let clients = (try? redis.command("CLIENT", "LIST"))?.text ?? ""
        return clients.contains(" name=lantern-\(projection) ")
    }
}
