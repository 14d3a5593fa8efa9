import Foundation
import Oracle
import RedisServer
import Testing
import WebClient

extension SystemTests {
    /// A gateway that reads from replicas, the first of which can be made to stand.
    @Suite(.serialized) struct `Readers of replicas` {
        private let row = "/v1/views/orders/customer-revenue/c-7"

        /// Each event of the one partition is an order of c-7: the row counts exactly those below the vector.
        private func expectTrue(_ answer: HTTPClient.Response, _ topic: String) throws -> Int {
            let vector = try #require(answer.headers["lantern-checkpoint"], "\(answer)")
            let next = try #require(Int(vector.replacing("\(topic)/0@", with: "")), "\(answer)")
            #expect(answer.body.contains("\"orders\":\(next)}"), "\(answer)")
            return next
        }

        private func cents(_ event: [String: String]?) throws -> Int {
            let match = try #require(event?["data"]?.firstMatch(of: #/"orders":(\d+)/#), "\(event as Any)")
            return try #require(Int(match.1))
        }

        @Test func `get the replica's own vector, which is true however far behind it is`() throws {
            let atOnce = ["--repl-diskless-sync-delay", "0", "--repl-timeout", "600"]
            let scenario = try Scenario("replicas", partitions: 1, redis: atOnce)
            let proxy = try TCPProxy(to: scenario.redis.port)
            let first = try RedisServer(options: atOnce + ["--replicaof", "127.0.0.1 \(proxy.port)"])
            let second = try RedisServer(options: atOnce + ["--replicaof", "127.0.0.1 \(scenario.redis.port)"])
            let path = try scenario.configureTold(more: [
                "gateway: { listen: \"127.0.0.1:0\", read-from: [\"127.0.0.1:\(first.port)\", \"127.0.0.1:\(second.port)\"] }"
            ])
            let worker = try scenario.run(path)
            try scenario.sendOrder("OrderPaid", "o-1", "c-7", "1")
            try scenario.waitUntilDone(worker)
            for replica in [first, second] { try replica.awaitCopy(of: scenario.redis) }
            let (gateway, port) = try scenario.serve(path)
            let client = try #require(HTTPClient(port: port))
            let begun = try #require(client.ask("GET", "\(row)?after=\(scenario.topic)/0@0&wait=30s"))
            #expect(try begun.status == 200 && expectTrue(begun, scenario.topic) == 1, "\(begun)")
            let told = try #require(HTTPClient(port: port))
            _ = told.begin("\(row)/stream")
            #expect(try cents(told.nextEvent()) == 1)
            // The link to the first replica stands, while the worker goes on.
            proxy.stall(.toClient)
            for number in 2...40 {
                try scenario.sendOrder("OrderPaid", "o-\(number)", "c-7", "1")
                _ = try expectTrue(try #require(client.ask("GET", row)), scenario.topic)
            }
            try scenario.waitUntilDone(worker)
            let old = try #require(client.ask("GET", row))
            #expect(try expectTrue(old, scenario.topic) < 40)
            let stale = try #require(client.ask("GET", "\(row)?after=\(scenario.topic)/0@39&wait=200ms"))
            #expect(stale.status == 503 && stale.body.contains("\(scenario.topic)/0@40"), "\(stale)")
            let latest = try #require(client.ask("GET", "\(row)?latest&wait=200ms"))
            #expect(latest.status == 503 && latest.body.contains("\"reason\":\"behind\""), "\(latest)")
            let waiting = try #require(HTTPClient(port: port))
            waiting.send("GET \(row)?after=\(scenario.topic)/0@39&wait=60s HTTP/1.1\r\nHost: localhost\r\n\r\n")
            proxy.release()
            let fresh = try #require(waiting.receive())
            #expect(try fresh.status == 200 && expectTrue(fresh, scenario.topic) == 40, "\(fresh)")
            // While it follows, some behind.
            proxy.delay(milliseconds: 100, .toClient)
            for number in 41...60 {
                try scenario.sendOrder("OrderPaid", "o-\(number)", "c-7", "1")
                _ = try expectTrue(try #require(client.ask("GET", row)), scenario.topic)
            }
            proxy.delay(milliseconds: 0, .toClient)
            var last = 1
            while last < 60 { last = try cents(told.nextEvent()) }
            // One that is gone is left for the other one, and readers who are told miss nothing.
            try first.kill()
            try scenario.sendOrder("OrderPaid", "o-61", "c-7", "1")
            while last < 61 {
                let event = try #require(told.nextEvent())
                if event["event"] != "reset" { last = try cents(event) }
            }
            let other = try #require(client.ask("GET", "\(row)?after=\(scenario.topic)/0@60&wait=30s"))
            #expect(try other.status == 200 && expectTrue(other, scenario.topic) == 61, "\(other)")
            // The master is not asked in their place, nor is a replica that has become one.
            _ = try second.cli(["REPLICAOF", "NO", "ONE"])
            let none = try #require(client.ask("GET", row))
            #expect(none.status == 503 && none.body.contains("problem:unavailable"), "\(none)")
            #expect(none.body.contains("No replica answers") && none.body.contains("read-from"), "\(none)")
            _ = try second.cli(["REPLICAOF", "127.0.0.1", "\(scenario.redis.port)"])
            try second.awaitCopy(of: scenario.redis)
            let again = try #require(client.ask("GET", "\(row)?after=\(scenario.topic)/0@60&wait=30s"))
            #expect(try again.status == 200 && expectTrue(again, scenario.topic) == 61, "\(again)")
            #expect(try worker.stop() == 0, "\(worker.log)")
            #expect(try gateway.stop() == 0, "\(gateway.log)")
        }
    }
}
