import CommandLine
import Configuration
import Projections
import Records
import Redis
import Worker

/// `lantern drop`: generations that are not live, or what remains of a projection that the file no longer has.
struct DropCommand: Command {
    static let spec = CommandSpec(
        "drop", "Remove generations that are not live, or a projection that the file no longer has",
        discussion: """
            Without PROJECTION it removes every generation of the file's projections that is not live: builds, and what was
            live before a promotion. What is live is never touched.

            With PROJECTION it removes a projection that the file no longer has: the rows that its claims in Redis cover,
            Lantern's own keys for it, its ledger and its claims. Stop its workers first.

            It also deletes their consumer groups in Kafka. If Kafka refuses, a message says so and the command goes on.
            If it is interrupted, run it again. Keys that another projection's claim covers too are kept and counted.
            """,
        arguments: [ArgumentSpec("PROJECTION", "the projection's name, as in Redis", optional: true)],
        options: [
            CommonOptions.config, OptionSpec("generation", "N", "only the generations with this number"),
            OptionSpec(flag: "yes", "do not ask before anything is removed"),
            OptionSpec(flag: "dry-run", "only say what would be removed; reads and changes nothing"),
            CommonOptions.json,
        ],
        examples: [
            .init("lantern drop --config lantern.yaml", "Remove all that is not live"),
            .init("lantern drop --config lantern.yaml old-orders", "Remove the views of 'old-orders'"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let projection: String?
    let number: Int?
    let isConfirmed: Bool
    let isTrial: Bool
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        projection = parsed.argument("PROJECTION")
        number = try parsed.integer("generation", in: 1...Int.max)
        isConfirmed = parsed.flag("yes")
        isTrial = parsed.flag("dry-run")
        asJSON = parsed.flag("json")
        if projection != nil, number != nil {
            throw parsed.error(.unexpectedValue, "'--generation' is for the file's own projections, without PROJECTION")
        }
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        if let projection, configuration.projections.contains(where: { $0.name == projection }) {
            return Console.fail(
                "projection \(projection) is in \(configPath): `lantern run --fresh \(projection)` builds it again; to drop it, remove it from the file first",
                .usage)
        }
        do {
            return try drop(GenerationsSession.all(configuration, clientName: "lantern-drop"), "\(configuration.redis)")
        } catch {
            return ErrorReport.explain(error)
        }
    }

    private func drop(_ sessions: [GenerationsSession], _ server: String) throws -> ExitCode {
        let drop = GenerationDrop(sessions: sessions)
        let targets = try projection.map { try drop.targets(of: $0) } ?? drop.targets(number: number)
        if let projection {
            if targets.isEmpty {
                let known = try drop.known()
                let others = known.isEmpty ? "none" : known.joined(separator: ", ")
                return Console.fail("Redis at \(server) holds no projection '\(projection)'; it has \(others)", .usage)
            }
            if try Self.hasWorker(projection, sessions) {
                return Console.fail(
                    "a worker of projection \(projection) is connected to Redis and would start it again: stop it first",
                    .unreachable)
            }
        }
        let names = targets.map(\.name).joined(separator: ", ")
        if isTrial || targets.isEmpty { return tell(GenerationDrop.Answer(dryRun: isTrial), names) }
        guard isConfirmed || Question.ask("This removes \(names) from \(server) permanently. Continue?") else {
            return Console.fail("not confirmed: nothing was changed (in scripts, pass --yes)", .usage)
        }
        return tell(try drop.drop(targets), names)
    }

    private func tell(_ answer: GenerationDrop.Answer, _ names: String) -> ExitCode {
        if asJSON { return Console.printJSON(answer, .done) }
        if answer.dropped.isEmpty {
            Console.print(names.isEmpty ? "there is nothing but what is live" : "would be removed: \(names)")
        }
        for each in answer.dropped {
            Console.print("\(each.projection): dropped in database \(each.database), with \(each.rows) rows")
            if each.kept > 0 {
                Console.print("\(each.kept) keys were kept: another projection's claim covers them too")
            }
        }
        if answer.foreign > 0 {
            let names = answer.foreignKeys.joined(separator: ", ")
            Console.print("\(answer.foreign) keys that belong to no view were left there: \(names)")
        }
        return .done
    }

    /// As far as this user may see other clients.
    private static func hasWorker(_ projection: String, _ sessions: [GenerationsSession]) throws -> Bool {
        guard var redis = try sessions.first?.connect() else { return false }
        let clients = (try? redis.command("CLIENT", "LIST"))?.text ?? ""
        return clients.contains(" name=lantern-\(projection) ") || clients.contains(" name=lantern-\(projection)/")
    }
}
