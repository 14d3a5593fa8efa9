package import Configuration
package import Gateway
package import Logging
package import Observing
import Reads
import Redis

/// The gateway of this process, the status that it shows, and the rows that it reads.
package final class ServedGateway: Sendable {
    private let keeper: StatusKeeper
    private let reads: ReadService
    private let changes: ChangeHub
    private let gateway: Gateway

    /// Listens from here on. `routes` are those beside what is observed; `process` says what this process measures.
    ///
    /// Throws `GatewayError` or `SystemError`.
    package init(
        _ settings: GatewaySettings, _ subjects: [StatusSubject], kafka: [KafkaProperty], queries: [QueryPlan] = [],
        routes: [Route] = [], log: Log, process: @escaping @Sendable () -> ProcessFigures
    ) throws {
        let keeper = StatusKeeper(
            subjects, kafka: kafka.map { ($0.name, $0.value) }, clientID: "lantern-gateway", process: process)
        let counts = RequestCounts()
        reads = ReadService(
            subjects.map { ReadSubject(plan: $0.plan, redis: $0.redis) }, kafka: kafka.map { ($0.name, $0.value) },
            clientID: "lantern-gateway",
            replicas: settings.replicas.flatMap { Self.replicas($0, of: subjects.first?.redis) })
        changes = ChangeHub(reads)
        gateway = try Gateway(
            GatewayOptions(settings),
            routes: ObservedRoutes.all(keeper, counts)
                + ReadRoutes(reads, changes, queries: queries, permissions: Permissions(settings.roles)).routes
                + [ViewsRoute(reads.subjects).route] + routes,
            counts: counts, log: log)
        self.keeper = keeper
        try keeper.start()
        try reads.start()
        try changes.start()
    }

    private static func replicas(_ places: [RedisAddress.Endpoint], of master: RedisOptions?) -> [RedisOptions]? {
        guard let master else { return nil }
        // The sentinels know them.
        return places.isEmpty ? [master.replica(at: master.address.endpoint)] : places.map { master.replica(at: $0) }
    }

    /// Finishes what is being answered, and closes.
    package func stop() {
        changes.stop()
        reads.stop()
        gateway.stop()
        keeper.stop()
    }
}
