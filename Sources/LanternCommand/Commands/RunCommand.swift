import CommandLine
import Configuration
import Logging
import Projections
import System
import Worker

/// `lantern run`: the worker.
struct RunCommand: Command {
    static let spec = CommandSpec(
        "run", "Run the projections of a file",
        discussion: """
            Runs until SIGTERM, SIGINT or SIGHUP, then finishes the transactions in flight and stops. With several processes,
            here or elsewhere, the partitions are shared among them. Logs go to stderr: text on a terminal, otherwise
            one JSON object per line.
            """,
        options: [
            CommonOptions.config,
            OptionSpec(
                flag: "until-end",
                "stop once the checkpoints in Redis have reached the ends that the partitions have now"),
            OptionSpec(
                flag: "allow-partial", "start although a topic no longer reaches back to its beginning"),
            OptionSpec("fresh", "PROJECTION", "remove this projection's views and build them again from the log"),
            OptionSpec(flag: "yes", "do not ask before --fresh removes anything"),
            OptionSpec(
                flag: "accept-cluster", "continue although the checkpoints come from another Kafka cluster"),
        ],
        examples: [
            .init("lantern run --config lantern.yaml", "Run until Ctrl-C"),
            .init("lantern run --config lantern.yaml --until-end", "Catch up and stop, for scripts"),
            .init("lantern run --config lantern.yaml --fresh orders", "Build the views of 'orders' again"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .halted, .unreachable]))

    let configPath: String
    let untilEnd: Bool
    let allowPartial: Bool
    let freshProjection: String?
    let isConfirmed: Bool
    let acceptCluster: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        untilEnd = parsed.flag("until-end")
        allowPartial = parsed.flag("allow-partial")
        freshProjection = parsed.value("fresh")
        isConfirmed = parsed.flag("yes")
        acceptCluster = parsed.flag("accept-cluster")
        if isConfirmed, freshProjection == nil {
            throw parsed.error(.missingOption, "'--yes' answers the question that '--fresh PROJECTION' asks")
        }
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        if let freshProjection {
            guard ConfigurationFile.projection(freshProjection, in: configuration) != nil else { return .usage }
            guard
                isConfirmed
                    || Question.ask(
                        "This removes all rows of projection \(freshProjection) from \(configuration.redis) and builds them again from Kafka. Continue?"
                    )
            else { return Console.fail("not confirmed: nothing was changed (in scripts, pass --yes)", .usage) }
        }
        OpenFileLimit.raise()
        let signals: SignalPipe
        do { signals = try SignalPipe() } catch { return Console.fail("\(error)", .failed) }
        let session = WorkerSession(configuration) { settings in
            settings.allowsPartial = allowPartial
            settings.acceptsCluster = acceptCluster
            settings.startsFresh = settings.plan.name == freshProjection
        }
        do {
            // First, so that probes are answered while the servers are awaited, and a port that is taken is said at once.
            let gateway = try FileGateway.start(configuration, session)
            defer { gateway?.stop() }
            try session.start(signals: signals)
            noteFresh(session)
            return ErrorReport.code(session.run(untilEnd: untilEnd, signals: signals))
        } catch {
            return ErrorReport.explain(error)
        }
    }

    /// The rows were removed, and the next generation is there.
    private func noteFresh(_ session: WorkerSession) {
        for runner in session.projections where runner.settings.startsFresh {
            guard case .running(let generation, _) = runner.state else { continue }
            CommandHistory.note(
                "\(runner.settings.plan.name): removed, and generation \(generation) begun in its place",
                runner.settings.redis)
        }
    }
}
