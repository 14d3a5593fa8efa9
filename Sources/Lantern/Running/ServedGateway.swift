package import Configuration
package import Gateway
package import Logging
package import Observing

/// The gateway of this process and the status that it shows.
package final class ServedGateway: Sendable {
    private let keeper: StatusKeeper
    private let gateway: Gateway

    /// Listens from here on. `routes` are those beside what is observed; `process` says what this process measures.
    ///
    /// Throws `GatewayError` or `SystemError`.
    package init(
        _ settings: GatewaySettings, _ subjects: [StatusSubject], kafka: [KafkaProperty], routes: [Route] = [],
        log: Log, process: @escaping @Sendable () -> ProcessFigures
    ) throws {
        let keeper = StatusKeeper(
            subjects, kafka: kafka.map { ($0.name, $0.value) }, clientID: "lantern-gateway", process: process)
        let counts = RequestCounts()
        gateway = try Gateway(
            GatewayOptions(settings), routes: ObservedRoutes.all(keeper, counts) + routes, counts: counts, log: log)
        self.keeper = keeper
        try keeper.start()
    }

    /// Finishes what is being answered, and closes.
    package func stop() {
        gateway.stop()
        keeper.stop()
    }
}
