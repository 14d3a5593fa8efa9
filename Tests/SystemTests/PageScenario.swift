import Bytes
import Foundation
import Oracle
import RedisServer
import Seeded
import Testing

/// Two projections of two topics in two databases of one Redis, and a query over three of their views.
final class PageScenario {
    static let partitions = 4

    let orders: Scenario
    let clients: Scenario
    let log: PageLog
    /// The file with both, the query and a gateway.
    let path: String
    private var random = SplitMix64(seed: Stage.seed())
    private var count: Int64 = 0

    var redis: RedisServer { orders.redis }

    init(_ name: String, customers: Int, redis options: [String] = []) throws {
        func plan(_ name: String) -> OracleProjection { OracleProjection(name: name, topics: [.init(name)], views: []) }
        orders = try Scenario("\(name)-o", projection: plan("orders"), partitions: Self.partitions, redis: options)
        clients = try Scenario(
            "\(name)-c", projection: plan("customers"), partitions: Self.partitions, on: orders.redis)
        log = PageLog(
            orders: orders.topic, clients: clients.topic, customers: customers, partitions: Self.partitions)
        path = orders.folder.appendingPathComponent("lantern.yaml").path
        try Self.file(orders, version: 1, more: Self.more(clients)).write(
            toFile: path, atomically: true, encoding: .utf8)
    }

    private static func file(_ orders: Scenario, version: Int, more: String) -> String {
        """
        kafka: { bootstrap.servers: "\(orders.servers)", session.timeout.ms: 6000 }
        worker: { lanes: 1 }
        redis: \(orders.redis.url)
        \(more)
          orders:
            version: \(version)
            changes: true
            topics: [\(orders.topic)]
            type: $.type
            views:
              revenue:
                hash: "revenue:{customerId}"
                events: { OrderPaid: { increment: { cents: $.cents, orders: 1 } } }
              place: { sorted-set: "place", member: $.customerId, events: { OrderPaid: { increment: $.cents } } }

        """
    }

    private static func more(_ clients: Scenario) -> String {
        """
        gateway: { listen: "127.0.0.1:0", connections: 1024, connections-per-address: 1024 }
        queries:
          page:
            parameters: { customerId: string }
            reads:
              client: { view: customers.client, key: "{customerId}" }
              revenue: { view: orders.revenue, key: "{customerId}" }
              place: { view: orders.place, around: "{customerId}", count: 1 }
        projections:
          customers:
            version: 1
            database: 1
            changes: true
            topics: [\(clients.topic)]
            type: $.type
            views:
              client: { hash: "client:{@key}", events: { Renamed: { set: { name: $.name } } } }
        """
    }

    /// A file with another version of the orders alone, of the same views; returns its path.
    func secondVersion() throws -> String {
        let path = orders.folder.appendingPathComponent("second.yaml").path
        try Self.file(orders, version: 2, more: "projections:").write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Sends so many events of either topic.
    func send(_ each: Int) throws {
        for _ in 0..<each {
            let (customer, partition) = (random.below(log.customers), random.below(Self.partitions))
            count += 1
            log.paid(customer, cents: count, partition: partition, offset: orders.written[partition])
            try orders.send(
                key: Array("o-\(count)".utf8),
                value: Array("{\"type\":\"OrderPaid\",\"customerId\":\"c-\(customer)\",\"cents\":\(count)}".utf8),
                partition: partition)
            let other = random.below(log.customers)
            let place = other % Self.partitions
            log.renamed(other, count, offset: clients.written[place])
            try clients.send(
                key: Array("c-\(other)".utf8), value: Array("{\"type\":\"Renamed\",\"name\":\"\(count)\"}".utf8),
                partition: place)
        }
    }

    func flush() throws {
        try orders.flush()
        try clients.flush()
    }

    /// Waits until the rows have all that was sent.
    func waitUntilDone(_ worker: WorkerProcess) throws {
        try orders.waitUntilDone(worker)
        let isDone = eventually(within: 180) { clients.passed(1) >= clients.sent }
        try #require(isDone, "\(clients.passed(1)) of \(clients.sent) events of customers; \(worker.log.suffix(4_000))")
    }

    /// The vector of everything that was sent.
    var end: PageVector {
        func text(_ scenario: Scenario) -> String {
            "\(scenario.topic)/" + scenario.written.enumerated().map { "\($0)@\($1)" }.joined(separator: ",")
        }
        return PageVector("customers=\(text(clients)); orders=\(text(orders))")
    }
}
