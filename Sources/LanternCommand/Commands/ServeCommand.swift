import CommandLine
import Configuration
import Lantern
import Logging
import Observing
import System

/// `lantern serve`: the gateway without a worker.
struct ServeCommand: Command {
    static let spec = CommandSpec(
        "serve", "Serve rows, the page, status and metrics of a file's projections, without a worker",
        discussion: """
            `lantern run` does the same beside its work if the file has `gateway`. It listens where the file says, or on
            \(GatewaySettings.usualAddress), until SIGTERM, SIGINT or SIGHUP.
            """,
        options: [
            CommonOptions.config,
            OptionSpec("listen", "ADDRESS:PORT", "where it listens, instead of the file's `listen`"),
        ],
        examples: [
            .init("lantern serve --config lantern.yaml", "Open http://\(GatewaySettings.usualAddress)/"),
            .init("lantern serve --config lantern.yaml --listen 127.0.0.1:9000", "Listen elsewhere"),
        ],
        exitCodes: CommandTree.notes([.done, .failed, .usage, .unreachable]))

    let configPath: String
    let listen: ListenAddress?

    init(_ parsed: ParsedCommand) throws(UsageError) {
        configPath = try parsed.requiredValue("config")
        let text = parsed.value("listen")
        listen = text.flatMap { ListenAddress($0) }
        if let text, listen == nil {
            throw parsed.error(
                .invalidValue, "'--listen \(text)': expected an address and a port, such as 127.0.0.1:8080 or [::]:8080"
            )
        }
    }

    func run() -> ExitCode {
        guard let configuration = ConfigurationFile.load(configPath),
            var settings = configuration.gateway ?? GatewaySettings()
        else { return .usage }
        if let listen { settings.listen = listen }
        OpenFileLimit.raise()
        do {
            let signals = try SignalPipe()
            let log = Log(configuration.log, on: Console.messages)
            let startedAt = Clock.wallMilliseconds()
            let gateway = try FileGateway(settings, configuration, log: log) {
                .ofThisProcess(version: VersionCommand.version, startedAt: startedAt)
            }
            while signals.next() == nil { Readiness.wait(signals.descriptor, milliseconds: 60_000) }
            gateway.stop()
            log.info("stopped")
            return .done
        } catch {
            return ErrorReport.explain(error)
        }
    }
}
