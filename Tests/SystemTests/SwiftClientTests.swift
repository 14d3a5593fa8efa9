import Foundation
import LanternClient
import Oracle
import RedisServer
import Testing

extension SystemTests {
    /// The Swift client on a gateway.
    @Suite(.serialized) struct `Clients in Swift` {
        private struct Order: Decodable { var status: String, total: String }
        private struct Revenue: Decodable { var cents: Int, orders: Int }
        private struct CustomerPage: Decodable {
            var revenue: Row<Revenue>?
            var place: Ranking?
        }

        private func gateway(_ scenario: Scenario, port: UInt16) throws -> String {
            try scenario.configureTold(more: [
                "gateway: { listen: \"127.0.0.1:\(port)\" }", "queries:", "  customer-page:",
                "    parameters: { customerId: string }", "    reads:",
                "      revenue: { view: orders.customer-revenue, key: \"{customerId}\" }",
                "      place: { view: orders.top-customers, around: \"{customerId}\", count: 1 }",
            ])
        }

        /// The worker's file has no gateway.
        private func worker(_ scenario: Scenario) throws -> WorkerProcess {
            let path = try scenario.configureTold("worker", more: [])
            return try scenario.run(path)
        }

        @Test func `read typed rows as fresh as they ask, and get typed errors`() async throws {
            let scenario = try Scenario("swift-client", partitions: 2)
            let worker = try worker(scenario)
            let (gateway, port) = try scenario.serve(gateway(scenario, port: 0))
            let base = try #require(URL(string: "http://127.0.0.1:\(port)"))
            let client = LanternReader(base)
            let placed = try scenario.sendOrder("OrderPlaced", "o/1", "c-7", "12.50")
            let paid = try scenario.sendOrder("OrderPaid", "o/1", "c-7", "12.50")
            func event(_ offset: Int) -> Condition.Event {
                .init(topic: paid.topic, partition: Int32(paid.partition), offset: Int64(offset))
            }
            let order = try await client.read(
                .row("orders", "order", "o/1"), as: Row<Order>.self, .after(event(paid.offset), wait: .seconds(30)))
            #expect(order.rows?.fields.status == "paid" && order.rows?.fields.total == "12.50", "\(order)")
            #expect(order.generation == "orders:1" && order.eventTime != nil && order.stale == nil, "\(order)")
            #expect(placed.partition == paid.partition)
            let page = try await client.read(
                .query("customer-page", ["customerId": "c-7"]), as: CustomerPage.self, .latest(wait: .seconds(30)))
            #expect(page.rows?.revenue?.fields.cents == 1250 && page.rows?.place?.members.first?.rank == 1, "\(page)")
            let top = try await client.read(.top("orders", "top-customers", count: 3), as: Ranking.self)
            #expect(top.rows?.members.map(\.member) == ["c-7"], "\(top)")
            let none = try await client.read(.row("orders", "order", "none"), as: Row<Order>.self)
            #expect(none.rows == nil && none.checkpoint != nil)
            let scanned = try await client.read(.page("orders", "order"), as: Page<Row<Order>>.self)
            #expect(scanned.rows?.rows.map(\.key) == ["order:o/1"], "\(scanned)")
            // What it has seen it asks for again, and what it asks for is not there yet.
            await #expect(throws: ReadError.self) {
                try await client.read(
                    .row("orders", "order", "o/1"), as: Row<Order>.self, .after(event(99), wait: .milliseconds(50)))
            }
            do {
                _ = try await client.read(
                    .row("orders", "order", "o/1"), as: Row<Order>.self, .after(event(99), wait: .milliseconds(50)))
            } catch ReadError.stale(let shortfall) {
                #expect(shortfall.reason == "behind" && shortfall.want == "\(paid.topic)/\(paid.partition)@100")
                #expect(shortfall.eventsBehind == 98 && shortfall.problem.retryAfter == .seconds(1))
            }
            var allowing = Condition.after(event(99), wait: .zero)
            allowing.allowsStale = true
            let stale = try await client.read(.row("orders", "order", "o/1"), as: Row<Order>.self, allowing)
            #expect(stale.rows != nil && stale.stale?.hasPrefix("behind") == true, "\(stale)")
            let error = await #expect(throws: ReadError.self) {
                try await client.read(.row("orders", "nothing", "x"), as: Row<Order>.self)
            }
            guard case .refused(let problem)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(problem.status == 404 && problem.name == "view")
            #expect(try worker.stop() == 0, "\(worker.log)")
            #expect(try gateway.stop() == 0, "\(gateway.log)")
        }

        @Test func `do not go back behind what they have seen, and are told of parked events`() async throws {
            let scenario = try Scenario("swift-client-seen", partitions: 1)
            let worker = try worker(scenario)
            let (gateway, port) = try scenario.serve(gateway(scenario, port: 0))
            let client = LanternReader(try #require(URL(string: "http://127.0.0.1:\(port)")))
            let paid = try scenario.sendOrder("OrderPlaced", "o-1", "c-7", "1")
            let bad = try scenario.send(key: Array("o-1".utf8), value: Array("no JSON".utf8)).event
            try scenario.flush()
            try scenario.waitUntilDone(worker)
            let question = Question.row("orders", "order", "o-1")
            let event = Condition.Event(topic: bad.topic, partition: 0, offset: Int64(bad.offset))
            let error = await #expect(throws: ReadError.self) {
                try await client.read(question, as: Row<Order>.self, .after(event))
            }
            guard case .parked(let place, _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(place == "\(paid.topic)/0@1")
            let seen = try await client.read(question, as: Row<Order>.self)
            #expect(seen.degraded == "parked" && seen.checkpoint == "\(paid.topic)/0@2", "\(seen)")
            // Redis comes back from before that, and no worker is there.
            #expect(try worker.stop() == 0, "\(worker.log)")
            try scenario.setCheckpoint(1)
            let gone = await #expect(throws: ReadError.self) { try await client.read(question, as: Row<Order>.self) }
            guard case .stale(let shortfall)? = gone else {
                Issue.record("\(String(describing: gone))")
                return
            }
            #expect(shortfall.want == "\(paid.topic)/0@2" && shortfall.have == "\(paid.topic)/0@1", "\(shortfall)")
            client.forget()
            #expect(try await client.read(question, as: Row<Order>.self).checkpoint == "\(paid.topic)/0@1")
            #expect(try gateway.stop() == 0, "\(gateway.log)")
        }

        @Test func `are told of changes, over a gateway that is killed and comes back`() async throws {
            let scenario = try Scenario("swift-client-told", partitions: 1)
            let worker = try worker(scenario)
            let path = try gateway(scenario, port: freePort())
            var (gateway, port) = try scenario.serve(path)
            let client = LanternReader(try #require(URL(string: "http://127.0.0.1:\(port)")))
            try scenario.sendOrder("OrderPaid", "o-1", "c-7", "1")
            try scenario.waitUntilDone(worker)
            let changes = client.changes(of: .row("orders", "customer-revenue", "c-7"), as: Row<Revenue>.self)
            var iterator = changes.makeAsyncIterator()
            guard case .snapshot(let first)? = try await iterator.next() else {
                Issue.record("no snapshot")
                return
            }
            #expect(first.rows?.fields.orders == 1 && first.generation == "orders:1", "\(first)")
            try scenario.sendOrder("OrderPaid", "o-2", "c-7", "1")
            guard case .rows(let second)? = try await iterator.next() else {
                Issue.record("no rows")
                return
            }
            #expect(second.rows?.fields.orders == 2 && second.checkpoint == "\(scenario.topic)/0@2", "\(second)")
            gateway.kill()
            try scenario.sendOrder("OrderPaid", "o-3", "c-7", "1")
            gateway = try scenario.serve(path).process
            var orders = 2
            while orders < 3 {
                // It goes on from its last event: nothing was missed, so there is no reset.
                guard case .rows(let next)? = try await iterator.next() else {
                    Issue.record("a reset")
                    return
                }
                orders = next.rows?.fields.orders ?? 0
            }
            #expect(orders == 3)
            let refused = client.changes(of: .page("orders", "order"), as: Row<Revenue>.self)
            await #expect(throws: ReadError.self) { for try await _ in refused {} }
            #expect(try worker.stop() == 0, "\(worker.log)")
            #expect(try gateway.stop() == 0, "\(gateway.log)")
        }
    }
}
