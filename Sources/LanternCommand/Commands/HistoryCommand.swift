import CommandLine
import Configuration
import Records
import Redis

/// `lantern history`: what was done to the generations and the parked events, by whom and when.
struct HistoryCommand: Command {
    static let spec = CommandSpec(
        "history", "List what was done: builds, promotions, ways back, drops, parked events",
        discussion: """
            Every command that changes something leaves a line, and so does a worker that acts by itself: when by Redis's
            clock, who, the command as it was typed, and its result. The newest line comes first. Redis keeps the newest
            1,000 lines of each home database; a promotion does not move them.
            """,
        options: [
            CommonOptions.config, OptionSpec("limit", "N", "show the last N lines only", default: "50"),
            CommonOptions.json,
        ],
        examples: [.init("lantern history --config lantern.yaml", "What happened lately")],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let limit: Int
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        limit = try parsed.integer("limit", in: 1...HistoryEntry.limit) ?? 50
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        do {
            let sessions = GenerationsSession.all(configuration, clientName: "lantern-history")
            var lines: [HistoryLine] = []
            for session in sessions {
                var redis = try session.connect()
                lines += try HistoryEntry.newest(limit, &redis).map { HistoryLine($0, database: session.home) }
            }
            lines = HistoryLine.merged(lines, limit: limit)
            if asJSON { return Console.printJSON(lines, .done) }
            guard !lines.isEmpty else {
                Console.print("the history is empty: nothing was done yet")
                return .done
            }
            Console.output.write(table(lines, hasDatabases: sessions.count > 1))
            return .done
        } catch {
            return ErrorReport.explain(error)
        }
    }

    private func table(_ lines: [HistoryLine], hasDatabases: Bool) -> String {
        var table = Table(
            [.init("TIME"), .init("WHO")] + (hasDatabases ? [.init("DATABASE", .right)] : []) + [
                .init("EXIT", .right), .init("COMMAND"), .init("RESULT"),
            ])
        for line in lines {
            table.append(
                [line.moment, line.who] + (hasDatabases ? ["\(line.database)"] : []) + [
                    "\(line.exitCode)", line.command, line.result,
                ])
        }
        return table.text(hasColor: Console.output.hasColor)
    }
}
