import CommandLine
import Configuration
import Redis

/// `lantern generations`: what is live, what is built beside it, and what was live before.
struct GenerationsCommand: Command {
    static let spec = CommandSpec(
        "generations", "List the generations of the file's projections and the databases they are in",
        discussion: """
            What is in the home database is live. The others are builds, or what was live before a promotion. LAG is how many
            events a generation is behind what is live. Counting the rows reads the names of all keys; it changes nothing.
            """,
        options: [CommonOptions.config, CommonOptions.json],
        examples: [.init("lantern generations --config lantern.yaml", "One line for each")],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        do {
            let sessions = GenerationsSession.all(configuration, clientName: "lantern-generations")
            let summaries = try sessions.flatMap { try $0.summaries() }
            if asJSON { return Console.printJSON(summaries, .done) }
            guard !summaries.isEmpty else {
                Console.print("there is no generation of these projections yet: `lantern run` makes the first one")
                return .done
            }
            Console.output.write(Self.table(summaries).text(hasColor: Console.output.hasColor))
            return .done
        } catch {
            return ErrorReport.explain(error)
        }
    }

    private static func table(_ summaries: [GenerationSummary]) -> Table {
        var table = Table([
            .init("PROJECTION"), .init("NUMBER", .right), .init("DATABASE", .right), .init("WHAT"), .init("STATE"),
            .init("LAG", .right), .init("ROWS", .right), .init("VERSION", .right), .init("THIS FILE"),
        ])
        for each in summaries {
            let what = each.live ? "live" : each.liveUntil == nil ? "build" : "former"
            table.append([
                each.projection, "\(each.number)", "\(each.database)", what, each.state,
                each.lag.map { "\($0)" } ?? "-",
                "\(each.rows)", each.version ?? "-", each.isOfThisFile ? "yes" : "no",
            ])
        }
        return table
    }
}
