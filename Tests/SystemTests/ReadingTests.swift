import Foundation
import Kafka
import Oracle
import RedisServer
import Seeded
import Testing
import WebClient

extension SystemTests {
    /// Rows over HTTP, from a worker that projects them.
    @Suite(.serialized) struct `Reading rows` {
        /// The worker's file, with the query of the article.
        private func configure(_ scenario: Scenario, gateway: String = "{ listen: \"127.0.0.1:0\" }") throws -> String {
            let path = try scenario.configure(more: [
                "gateway: \(gateway)", "queries:", "  customer-page:",
                "    parameters: { customerId: \(gateway.contains("clients") ? "subject" : "string") }", "    reads:",
                "      revenue: { view: orders.customer-revenue, key: \"{customerId}\" }",
                "      place: { view: orders.top-customers, around: \"{customerId}\", count: 1 }", "    roles: [web]",
            ])
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing("    version: 1\n", with: "    version: 1\n    changes: true\n").write(
                toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        private func client(_ worker: WorkerProcess) throws -> HTTPClient {
            try #require(worker.waitForLog("the gateway listens"), "\(worker.log)")
            let match = try #require(worker.log.firstMatch(of: #/http://127\.0\.0\.1:(\d+)//#), "\(worker.log)")
            let port = try #require(UInt16(match.1))
            return try #require(HTTPClient(port: port))
        }

        @discardableResult
        private func send(_ scenario: Scenario, _ type: String, _ order: String, _ customer: String, _ total: String)
            throws
            -> OracleEvent
        {
            let value =
                #"{"type":"\#(type)","orderId":"\#(order)","customerId":"\#(customer)","total":\#(total),"at":"2026-01-01T00:00:00Z"}"#
            return try scenario.send(key: Array(order.utf8), value: Array(value.utf8)).event
        }

        /// The rows of the article: one order paid by c-7, and another by c-8.
        private func sendOrders(_ scenario: Scenario) throws {
            try send(scenario, "OrderPlaced", "o-17", "c-7", "12.50")
            try send(scenario, "OrderPaid", "o-17", "c-7", "12.50")
            try send(scenario, "OrderPlaced", "o-18", "c-8", "99.90")
            try send(scenario, "OrderPaid", "o-18", "c-8", "99.90")
            try scenario.flush()
        }

        @Test func `the examples of the article Reads are true`() throws {
            let scenario = try Scenario("reads-article", partitions: 1)
            try sendOrders(scenario)
            let worker = try scenario.run(configure(scenario))
            let client = try client(worker)
            try scenario.waitUntilDone(worker)
            let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Sources/Lantern/Lantern.docc/Reads.md")
            let lines = try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n")
            var count = 0
            for (line, next) in zip(lines, lines.dropFirst()) where next.hasPrefix("    {") {
                let match = try #require(line.firstMatch(of: #/^ +curl '?localhost:8080([^' ]+)/#), "\(line)")
                let path = String(match.1).replacing("=orders/", with: "=\(scenario.topic)/")
                let answer = try #require(client.ask("GET", path))
                let wanted = next.dropFirst(4)
                let isPrefix = wanted.hasSuffix("…")
                let isSame = isPrefix ? answer.body.hasPrefix(wanted.dropLast()) : answer.body == wanted
                #expect(isSame, "\(path): \(answer.status) \(answer.body)")
                #expect(answer.headers["lantern-generation"] == "orders:1", "\(answer)")
                #expect(answer.headers["lantern-checkpoint"]?.hasPrefix("\(scenario.topic)/0@") == true, "\(answer)")
                count += 1
            }
            #expect(count >= 7)
            #expect(try worker.stop() == 0, "\(worker.log)")
        }

        @Test func `an acknowledged event is in the rows that are read after it, and what was read is known again`()
            throws
        {
            let scenario = try Scenario("reads-after", partitions: 4)
            try sendOrders(scenario)
            let worker = try scenario.run(configure(scenario))
            let client = try client(worker)
            try scenario.waitUntilDone(worker)
            for number in 0..<100 {
                let event = try send(scenario, "OrderPlaced", "a-\(number)", "c-1", "\(number)")
                if number % 20 == 0 { try scenario.flush() }
                let path =
                    "/v1/views/orders/order/a-\(number)?after=\(event.topic)/\(event.partition)@\(event.offset)&wait=30s"
                let answer = try #require(client.ask("GET", path))
                #expect(answer.status == 200 && answer.body.contains("\"total\":\"\(number)\""), "\(answer)")
            }
            let latest = try #require(client.ask("GET", "/v1/views/orders/order/a-99?latest&wait=30s"))
            let tag = try #require(latest.headers["etag"])
            let known = client.ask("GET", "/v1/views/orders/order/a-99?max-stale=30s", ["If-None-Match: \(tag)"])
            #expect(latest.status == 200 && known?.status == 304 && known?.headers["lantern-checkpoint"] != nil)
            let missing = try #require(client.ask("GET", "/v1/views/orders/order/none"))
            #expect(missing.status == 404 && missing.headers["content-type"] == "application/problem+json")
            let seen = try #require(latest.headers["lantern-checkpoint"])
            #expect(client.ask("GET", "/v1/views/orders/order/a-99?seen=\(seen)")?.status == 200)
            #expect(client.ask("GET", "/v1/views/orders/order/a-99?tpo=1")?.status == 400)
            let began = Date()
            let early = try #require(
                client.ask("GET", "/v1/views/orders/order/a-99?after=\(scenario.topic)/0@999999&wait=200ms"))
            let took = Date().timeIntervalSince(began)
            #expect(early.status == 503 && early.headers["retry-after"] == "1" && took >= 0.19, "\(early) \(took)")
            let stale = try #require(
                client.ask("GET", "/v1/views/orders/order/a-99?after=\(scenario.topic)/0@999999&wait=0&stale=allow"))
            #expect(stale.status == 200 && stale.headers["lantern-stale"]?.hasPrefix("behind") == true, "\(stale)")
            #expect(try worker.stop() == 0, "\(worker.log)")
        }

        @Test func `a row is pushed when it changes, and a reader goes on where it was`() throws {
            let scenario = try Scenario("reads-push", partitions: 2)
            try sendOrders(scenario)
            let worker = try scenario.run(configure(scenario))
            let client = try client(worker)
            try scenario.waitUntilDone(worker)
            let head = try #require(client.begin("/v1/views/orders/customer-revenue/c-7/stream"))
            #expect(head.status == 200 && head.headers["content-type"] == "text/event-stream", "\(head)")
            #expect(head.headers["x-accel-buffering"] == "no")
            let first = try #require(client.nextEvent())
            #expect(first["event"] == "snapshot" && first["data"]?.contains("\"cents\":1250") == true, "\(first)")
            try send(scenario, "OrderPaid", "o-19", "c-7", "0.50")
            try scenario.flush()
            let second = try #require(client.nextEvent())
            #expect(second["event"] == "rows" && second["data"]?.contains("\"cents\":1300") == true, "\(second)")
            // What changes others tells nobody here.
            try send(scenario, "OrderPaid", "o-20", "c-8", "0.50")
            try send(scenario, "OrderPaid", "o-21", "c-7", "1.00")
            try scenario.flush()
            let third = try #require(client.nextEvent())
            #expect(third["data"]?.contains("\"cents\":1400") == true, "\(third)")
            let place = try #require(second["id"])
            let again = try self.client(worker)
            _ = again.begin("/v1/views/orders/customer-revenue/c-7/stream", ["Last-Event-ID: \(place)"])
            #expect(again.nextEvent()?["event"] == "rows")
            let lost = try self.client(worker)
            _ = lost.begin("/v1/queries/customer-page/stream?customerId=c-7", ["Last-Event-ID: 00000000.9-9"])
            #expect(lost.nextEvent()?["event"] == "reset")
            #expect(lost.nextEvent()?["event"] == "snapshot")
            #expect(try worker.stop() == 0, "\(worker.log)")
            #expect(lost.nextEvent() == nil && again.isClosed())
        }

        @Test func `a client reads what its roles allow, and only its own`() throws {
            let scenario = try Scenario("reads-roles", partitions: 1)
            try sendOrders(scenario)
            let folder = scenario.folder.path
            let (web, support, read) = ("web-token-0123456789", "support-token-0123456", "read-token-0123456789")
            try "# clients\n\(web) c-7 web\n\(support) ada support,web\n".write(
                toFile: "\(folder)/clients", atomically: true, encoding: .utf8)
            try read.write(toFile: "\(folder)/read", atomically: true, encoding: .utf8)
            let worker = try scenario.run(
                configure(
                    scenario,
                    gateway:
                        "{ listen: \"127.0.0.1:0\", read-token-file: \(folder)/read, clients-file: \(folder)/clients, roles: { support: [orders.*] } }"
                ))
            let client = try client(worker)
            try scenario.waitUntilDone(worker)
            let row = "/v1/views/orders/order/o-17"
            let own = "/v1/queries/customer-page"
            // For no token, a wrong one, the web client's, the support client's and the read token.
            let table: [(path: String, codes: [Int])] = [
                (row, [401, 401, 403, 200, 200]), (row + "/stream", [401, 401, 403, 0, 0]),
                (own, [401, 401, 200, 404, 400]), (own + "?customerId=c-7", [401, 401, 200, 403, 200]),
                (own + "?customerId=c-8", [401, 401, 403, 403, 200]), ("/status", [401, 401, 401, 401, 200]),
                ("/v1/views/orders/none", [401, 401, 404, 404, 404]), ("/v1/queries/none", [401, 401, 404, 404, 404]),
            ]
            let tokens = ["", "wrong-token-0123456789", web, support, read]
            for (path, codes) in table {
                for (token, code) in zip(tokens, codes) where code != 0 {
                    let headers = token.isEmpty ? [] : ["Authorization: Bearer \(token)"]
                    var answer = try #require(client.ask("GET", path, headers))
                    // A customer who bought nothing has no place.
                    if path == own, token == support, answer.body.contains("\"place\":null") { answer.status = 404 }
                    #expect(answer.status == code, "\(path) \(token): \(answer)")
                }
            }
            #expect(client.ask("GET", own, ["Authorization: Bearer \(web)"])?.body.contains("\"cents\":1250") == true)
            #expect(try worker.stop() == 0, "\(worker.log)")
            #expect(!worker.log.contains(web) && !worker.log.contains(support))
        }
    }
}
