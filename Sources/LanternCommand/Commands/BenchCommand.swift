import CommandLine
import Configuration
import Kafka
import Projections
import Redis
import System

/// `lantern bench`: the user's own projection on the user's own topic, and where the time goes.
struct BenchCommand: Command {
    static let spec = CommandSpec(
        "bench", "Measure your own projection on your own topic",
        discussion: """
            Reads the topics from their beginning, outside of any consumer group, and writes the rows under scratch names
            (lantern:bench.ID:…), which it removes at the end: live rows and checkpoints are not touched. It does one thing
            after the other, so that each can be timed: Kafka, decode, fold, Redis. While it runs, Redis needs memory for
            the rows, and does the work for them.
            """,
        options: [
            CommonOptions.config,
            OptionSpec("projection", "NAME", "only this projection of the file"),
            OptionSpec("events", "N", "how many events of each projection at most", default: "1000000"),
            OptionSpec("seconds", "S", "how long each projection is measured at most", default: "30"),
            CommonOptions.json,
        ],
        examples: [
            .init("lantern bench --config lantern.yaml", "Every projection of the file"),
            .init("lantern bench --config lantern.yaml --projection orders --events 200000", "A short look at one"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let projection: String?
    let events: Int
    let seconds: Int
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        projection = parsed.value("projection")
        events = try parsed.integer("events", in: 1...Int.max) ?? 1_000_000
        seconds = try parsed.integer("seconds", in: 1...86_400) ?? 30
        asJSON = parsed.flag("json")
    }

    private struct Results: Encodable {
        let projections: [BenchReport]
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        if let projection {
            guard ConfigurationFile.projection(projection, in: configuration) != nil else { return .usage }
        }
        do {
            let signals = try SignalPipe()
            var reports: [BenchReport] = []
            for plan in configuration.projections where projection == nil || plan.name == projection {
                var bench = try ProjectionBench.open(plan, configuration)
                let report = try bench.run(events: events, seconds: seconds, signals: signals)
                if !asJSON { Console.output.write(report.text) }
                reports.append(report)
                if report.isInterrupted { break }
            }
            if asJSON { return Console.printJSON(Results(projections: reports), .done) }
            return .done
        } catch {
            return ErrorReport.explain(error)
        }
    }
}
