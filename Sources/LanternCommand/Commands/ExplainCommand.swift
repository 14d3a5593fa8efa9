import CommandLine
import Configuration
import Lantern
import Projections
import Redis
import System

/// `lantern explain`: which events made a row what it is.
struct ExplainCommand: Command {
    static let spec = CommandSpec(
        "explain", "Show the events that touched a row, and the row after each",
        discussion: """
            Reads the projection's topics from their beginning up to the live checkpoints and folds them aside; Redis is only
            read. Events come in the order of time, and each partition's in the log's order. Parked and skipped events are
            left out; an event that was edited is shown as the topic has it.
            """,
        arguments: RowWords.arguments(keyIsOptional: false),
        options: [
            CommonOptions.config, OptionSpec("limit", "N", "show the last N events only"), CommonOptions.json,
        ],
        examples: [.init("lantern explain --config lantern.yaml orders order o-17", "Why that order is what it is")],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let words: RowWords
    let limit: Int?
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        words = try RowWords(parsed)
        limit = try parsed.integer("limit", in: 1...Int.max)
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath),
            let plan = ConfigurationFile.projection(words.projection, in: configuration)
        else { return .usage }
        guard let viewPlan = plan.views.first(where: { $0.name == words.view }) else {
            ConfigurationFile.tellUnknown(
                "view", words.view, in: "projection \(words.projection)", among: plan.views.map(\.name))
            return .usage
        }
        guard let row = RowKey.candidates(words.key, of: viewPlan).first else {
            return RowKey.refuse(viewPlan, in: plan)
        }
        do {
            let signals = try SignalPipe()
            let options = RedisOptions(configuration, clientName: "lantern-explain")
            var redis = try RedisConnection.open(options.selecting(configuration.database(of: words.projection)))
            var history = RowHistory(
                plan, viewPlan, row, limits: configuration.limits, schemas: configuration.schemasAtOnce(plan))
            let touched = try history.read(
                configuration.kafka.map { ($0.name, $0.value) }, group: configuration.readingGroup("explain"), &redis
            ) {
                signals.next() != nil
            }
            tell(history.incomplete, history.edited)
            return show(Array(touched.suffix(limit ?? touched.count)))
        } catch {
            return ErrorReport.explain(error)
        }
    }

    private func tell(_ incomplete: [String], _ edited: Int) {
        if !incomplete.isEmpty {
            Console.messages.write(
                "the log no longer has the first events of \(incomplete.joined(separator: ", ")): the row is folded from there on\n"
            )
        }
        if edited > 0 {
            Console.messages.write("\(edited) events were edited: they are shown as the topic has them\n")
        }
    }

    private func show(_ touched: [TouchedRow]) -> ExitCode {
        if asJSON { return Console.printJSON(touched, .done) }
        guard !touched.isEmpty else {
            Console.print("no event up to the live checkpoints touched it")
            return .done
        }
        var table = Table([.init("TIME", .right), .init("EVENT"), .init("TYPE"), .init("AFTER")])
        for each in touched {
            table.append([
                "\(each.time)", "\(each.topic):\(each.partition):\(each.offset)", each.type ?? "-", each.after.text,
            ])
        }
        Console.output.write(table.text(hasColor: Console.output.hasColor))
        return .done
    }
}
