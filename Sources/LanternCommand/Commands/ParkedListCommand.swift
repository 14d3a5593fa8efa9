import CommandLine
import Configuration
import Lantern
import Projections
import Records
import Redis
import System
import Worker

/// `lantern parked list`.
struct ParkedListCommand: Command {
    static let spec = CommandSpec(
        "list", "List the parked events and why they are parked",
        discussion: "Without PROJECTION it lists those of all projections of the file.",
        arguments: [ArgumentSpec("PROJECTION", "a projection's name, as in the file", optional: true)],
        options: [CommonOptions.config, CommonOptions.json],
        examples: [.init("lantern parked list --config lantern.yaml", "All of them")],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let projection: String?
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        projection = parsed.argument("PROJECTION")
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        if let projection, ConfigurationFile.projection(projection, in: configuration) == nil { return .usage }
        do {
            var redis = try RedisConnection.open(RedisOptions(configuration, clientName: "lantern-parked"))
            var events: [ParkedEvent] = []
            for plan in configuration.projections where projection == nil || plan.name == projection {
                events += try ParkedReader(plan, &redis)?.events(&redis) ?? []
            }
            if asJSON { return Console.printJSON(events, .done) }
            var table = Table([.init("PROJECTION"), .init("EVENT"), .init("KEY"), .init("VIEW"), .init("REASON")])
            for event in events {
                table.append([
                    event.projection, "\(event.topic):\(event.partition):\(event.offset)", Self.short(event.key ?? "-"),
                    event.view ?? "-", event.reason,
                ])
            }
            if events.isEmpty {
                Console.print("nothing is parked")
            } else {
                Console.output.write(table.text(hasColor: Console.output.hasColor))
            }
            return .done
        } catch {
            return ErrorReport.explain(error)
        }
    }

    /// One long key must not make all lines as long.
    private static func short(_ key: String) -> String { key.count <= 40 ? key : key.prefix(39) + "…" }
}
