import CommandLine
import Configuration
import Observing
import System

/// `lantern top`: how everything is, redrawn while it changes.
struct TopCommand: Command {
    static let spec = CommandSpec(
        "top", "Watch the projections in the terminal",
        discussion: """
            Arrows choose a projection, enter shows its partitions, s sorts, / filters, p pauses, q goes back or quits. What it
            shows is in Redis, and in Kafka for the ends of the logs; it needs no gateway.
            """,
        options: [
            CommonOptions.config, OptionSpec(flag: "once", "write the screen once, without keys"),
            OptionSpec(flag: "json", "write the status once as JSON, with the verdict"),
        ],
        examples: [
            .init("lantern top --config lantern.yaml", "Watch"),
            .init("lantern top --config lantern.yaml --once", "For a log or a chat"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let isOnce: Bool
    let asJSON: Bool

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        isOnce = parsed.flag("once")
        asJSON = parsed.flag("json")
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath) else { return .usage }
        let startedAt = Clock.wallMilliseconds()
        let keeper = StatusKeeper(
            StatusSubject.all(configuration, clientName: "lantern-top"),
            kafka: configuration.kafka.map { ($0.name, $0.value) }, clientID: "lantern-top",
            process: { .ofThisProcess(version: VersionCommand.version, startedAt: startedAt) })
        do {
            let signals = try SignalPipe()
            try keeper.start()
            defer { keeper.stop() }
            if isOnce || asJSON { return once(keeper) }
            guard let screen = FullScreen(input: 0, output: Console.output.device) else {
                return Console.fail(
                    "stdin and stdout are not a terminal: use `lantern top --once` or `lantern status`", .usage)
            }
            watch(keeper, screen, signals)
            return .done
        } catch {
            return ErrorReport.explain(error)
        }
    }

    /// As soon as both servers have answered, or have not for a few seconds.
    private func once(_ keeper: StatusKeeper) -> ExitCode {
        let deadline = Deadline(milliseconds: 12_000)
        var model = keeper.status
        while !deadline.hasPassed, model.redis.since == nil || model.kafka.isUp == nil {
            Pause.milliseconds(50)
            model = keeper.status
        }
        // The ends of the logs are in the look after the one at which Kafka answered.
        if model.redis.isUp, let readAt = model.kafka.readAt {
            while !deadline.hasPassed, model.at <= readAt, model.redis.isUp {
                Pause.milliseconds(50)
                model = keeper.status
            }
        }
        let code: ExitCode = model.redis.isUp ? .done : .unreachable
        if asJSON {
            Console.output.write(model.json(isPretty: true) + [0x0A])
            return code
        }
        let rows = max(24, model.projections.count + 12)
        let lines = TopScreen().lines(
            model, width: Console.output.device.width, height: rows, hasColor: Console.output.hasColor,
            now: Clock.wallMilliseconds())
        Console.print(lines.dropLast().filter { !$0.isEmpty }.joined(separator: "\n"))
        return code
    }

    private func watch(_ keeper: StatusKeeper, _ terminal: FullScreen, _ signals: SignalPipe) {
        var screen = TopScreen()
        let hasColor = Console.output.hasColor
        while signals.next() == nil {
            let size = terminal.size
            terminal.draw(
                screen.lines(
                    keeper.status, width: size.width, height: size.height, hasColor: hasColor,
                    now: Clock.wallMilliseconds()))
            // A signal ends it at once: a second one would leave the terminal as it is.
            guard Readiness.wait(0, or: signals.descriptor, milliseconds: 500) else { continue }
            guard let bytes = terminal.read() else { return }
            for key in TopKey.keys(in: bytes) {
                switch screen.take(key, keeper.status) {
                case .quit: return
                case .suspend: terminal.suspend()
                case .none: break
                }
            }
        }
    }
}
