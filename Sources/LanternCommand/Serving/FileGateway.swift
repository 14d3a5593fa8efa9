import Configuration
import Gateway
import Lantern
import Logging
import Observing
import Worker

/// The gateway that a file asks for, with the actions that the command line has.
final class FileGateway: Sendable {
    private let served: ServedGateway
    private let stopping = StopFlag()

    /// Listens from here on. `process` says what this process measures.
    ///
    /// Throws `GatewayError` or `SystemError`.
    init(
        _ settings: GatewaySettings, _ configuration: Configuration, log: Log,
        process: @escaping @Sendable () -> ProcessFigures
    ) throws {
        let parked = ParkedDesk(path: configuration.file)
        let generations = GenerationDesk(path: configuration.file, isCancelled: { [stopping] in stopping.isSet })
        let rows = RowDesk(path: configuration.file)
        let about = AboutRoute(
            version: VersionCommand.version, file: configuration.file, canOperate: settings.operateTokenFile != nil)
        served = try ServedGateway(
            settings, StatusSubject.all(configuration, clientName: "lantern-gateway"), kafka: configuration.kafka,
            queries: configuration.queries, routes: parked.routes + rows.routes + generations.routes + [about.route],
            log: log, process: process)
    }

    /// The gateway of a worker; nil if the file asks for none.
    static func start(_ configuration: Configuration, _ session: WorkerSession) throws -> FileGateway? {
        guard let settings = configuration.gateway else { return nil }
        let log = Log(configuration.log, on: Console.messages)
        return try FileGateway(settings, configuration, log: log) { [keeper = session.figures] in keeper.figures() }
    }

    /// Ends what was begun, as a signal does on the command line, and closes.
    func stop() {
        stopping.set()
        served.stop()
    }
}
