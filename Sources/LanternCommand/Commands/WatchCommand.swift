import CommandLine
import Configuration
import FoundationEssentials
import Lantern
import Projections
import Records
import Redis
import System

/// `lantern watch`: what changes in a view, one line a change.
struct WatchCommand: Command {
    static let spec = CommandSpec(
        "watch", "Watch the rows of a view change",
        discussion: """
            Writes one line for each change: the row, what it was and is, by how much a number grew, and the offsets of the
            events that were projected since the previous look. Redis is only read, every 500 ms unless --interval says
            otherwise; changes between two looks are shown as one.

            Without KEY the rows of the whole view are watched, at most 1,000 of them. Of a leaderboard the first 100 members
            are watched, of a set all members if it has at most 100, otherwise their number. Ctrl-C ends it.
            """,
        arguments: RowWords.arguments(keyIsOptional: true),
        options: [
            CommonOptions.config, OptionSpec("interval", "TIME", "how often to look", default: "500ms"),
            OptionSpec("database", "N", "watch this database, a build's for example"),
            OptionSpec(flag: "json", "write one JSON object a line, for scripts"),
        ],
        examples: [
            .init("lantern watch --config lantern.yaml orders top-customers", "A leaderboard"),
            .init("lantern watch --config lantern.yaml orders order o-17", "One order, by the placeholder's value"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let words: RowWords
    let intervalMilliseconds: Int
    let database: Int?
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        words = try RowWords(parsed)
        intervalMilliseconds = try PromotionOptions.time("interval", parsed, in: 20...60_000)
        database = try parsed.integer("database", in: 0...65_535)
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath),
            let plan = ConfigurationFile.projection(words.projection, in: configuration)
        else { return .usage }
        guard let view = plan.views.first(where: { $0.name == words.view }) else {
            ConfigurationFile.tellUnknown(
                "view", words.view, in: "projection \(words.projection)", among: plan.views.map(\.name))
            return .usage
        }
        // A view whose template has no placeholders is one row.
        let isOneRow = !words.key.isEmpty || KeyPattern(view).valueCount == 0
        let keys = isOneRow ? RowKey.candidates(words.key, of: view) : []
        if isOneRow, keys.isEmpty { return RowKey.refuse(view, in: plan) }
        let options = RedisOptions(configuration, clientName: "lantern-watch", of: plan.name)
        do {
            let signals = try SignalPipe()
            try watch(
                WatchReader(plan, view, keys: keys), database.map { options.selecting($0) } ?? options, signals)
            return .done
        } catch {
            return ErrorReport.explain(error)
        }
    }

    /// Until a signal comes. Redis may go away meanwhile, but not be away at the start.
    private func watch(
        _ reader: consuming WatchReader, _ options: RedisOptions, _ signals: SignalPipe
    ) throws {
        var view = WatchedView()
        var redis = try RedisConnection.open(options)
        var isFirst = true
        var toldFull = false
        var isAway = false
        while signals.next() == nil {
            do throws(RedisError) {
                if !redis.isOpen { redis = try RedisConnection.open(options) }
                let look = try reader.look(&redis)
                if isAway { Console.messages.write("Redis is back\n") }
                isAway = false
                if isFirst { tellStart(look) }
                isFirst = false
                for news in view.take(look) { tell(news) }
            } catch {
                if error.handling == .stop { throw error }
                if !isAway { Console.messages.write("\(error.message) Trying again until Ctrl-C.\n") }
                isAway = true
                redis.close()
            }
            if reader.isFull, !toldFull {
                toldFull = true
                Console.messages.write(
                    "view \(words.view) has more than \(WatchReader.rowLimit) rows: only those that were found first are watched; pass a KEY to choose one\n"
                )
            }
            _ = Readiness.wait(
                signals.descriptor, milliseconds: isAway ? max(1_000, intervalMilliseconds) : intervalMilliseconds)
        }
    }

    /// What is watched, so that silence means something.
    private func tellStart(_ look: WatchedView.Look) {
        guard let generation = look.generation else {
            Console.messages.write(
                "projection \(words.projection) has no generation there yet: no worker has started it\n")
            return
        }
        let rows = look.rows.values.compactMap { $0 }
        let count = "\(rows.count) row\(rows.count == 1 ? "" : "s")"
        Console.messages.write("watching \(count) of view \(words.view), generation \(generation.number)\n")
        if look.rows.count <= 2, let row = rows.first {
            Console.messages.write("it is \(TerminalText.visible(row.text))\n")
        }
    }

    private func tell(_ news: WatchedView.News) {
        switch news {
        case .change(let change): Console.print(asJSON ? Self.line(change) : change.text)
        case .generation(let number):
            Console.messages.write("generation \(number) is there now: its rows are shown from here on\n")
        case .noGeneration: Console.messages.write("the projection has no generation there any more\n")
        }
    }

    private static func line(_ change: WatchedChange) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(change)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
