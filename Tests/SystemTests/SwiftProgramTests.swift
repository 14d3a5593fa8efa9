import Browser
import Foundation
import Kafka
import KafkaServer
import RedisServer
import Testing
import WebClient

extension SystemTests {
    /// A program with a projection in Swift, as a process.
    @Suite(.serialized) struct `A program in Swift` {
        private func get(_ path: String, _ port: UInt16) throws -> (status: Int, body: String) {
            let client = try #require(HTTPClient(port: port))
            let answer = try #require(client.ask("GET", path))
            return (answer.status, answer.body)
        }

        /// It shows a row, and offers nothing that needs a file.
        private func checkPage(_ url: String) throws {
            guard Browser.isAvailable else {
                print(Browser.skipReason)
                return
            }
            let page = try BrowserPage(Browser(), width: 390)
            try page.open(url + "/#row=%5B%22orders%22%2C%22order%22%2C%22o-1%22%5D")
            #expect(try page.wait("document.querySelector('#row-now')?.innerText.includes('placed')"))
            #expect(try page.wait("document.querySelector('#history-body').innerText.includes('YAML file')"))
            #expect(try page.evaluate("document.querySelector('#row-explain') === null") == "true")
            #expect(page.faults == [])
        }

        @Test func `has the gateway that a file has: probes, metrics, status, the page and rows`() throws {
            let servers = try Stage.kafka().bootstrapServers
            var admin = try Admin(properties: [("bootstrap.servers", servers)], clientID: "system-tests")
            try admin.createTopic("orders", partitions: 2, timeoutMilliseconds: 60_000)
            defer { try? admin.deleteTopic("orders", timeoutMilliseconds: 60_000) }
            var producer = try Producer(properties: [("bootstrap.servers", servers)], clientID: "system-tests")
            let order = #"{"type":"OrderPlaced","orderId":"o-1","customerId":"c","total":12.5,"at":1767225600}"#
            try producer.produce(topic: "orders", key: Array("o-1".utf8), value: Array(order.utf8))
            try producer.flush(timeoutMilliseconds: 60_000)
            let redis = try RedisServer()
            let program = try WorkerProcess(
                [servers, redis.url, "--listen=127.0.0.1:0"], logPath: redis.folder + "/program.log",
                program: Stage.built("orders-example"))
            try #require(program.waitForLog("the gateway listens"), "\(program.log)")
            let match = try #require(program.log.firstMatch(of: #/http://127\.0\.0\.1:(\d+)//#), "\(program.log)")
            let port = try #require(UInt16(match.1))

            #expect(try eventually(within: 60) { try get("/readyz", port).status == 200 }, "\(program.log)")
            let row = "/v1/views/orders/order/o-1"
            #expect(try eventually(within: 60) { try get(row, port).status == 200 }, "\(program.log)")
            #expect(try get(row, port).body.contains(#""status":"placed""#))
            #expect(try eventually(within: 60) { try get("/health", port).body == "ok: all is well\n" })
            #expect(try get("/livez", port).status == 200)
            // A row is there before its event is counted: figures are published now and then.
            var metrics = ""
            let folded = #"lantern_events_total{projection="orders",topic="orders",outcome="folded"} 1"#
            let isCounted = try eventually(within: 60) {
                metrics = try get("/metrics", port).body
                return metrics.contains(folded + "\n")
            }
            #expect(isCounted, "\(metrics)")
            // Of the event's own time, which is years ago.
            let young = #"lantern_event_age_seconds_bucket{projection="orders",le="300"} 0"#
            #expect(
                metrics.contains(young + "\n")
                    && metrics.contains("lantern_event_age_seconds_count{projection=\"orders\"} 1\n"), "\(metrics)")
            let status = try get("/status", port)
            #expect(status.status == 200 && status.body.contains(#""name":"orders""#), "\(status)")
            #expect(try get("/views", port).body.contains(#""view":"order""#))
            #expect(try get("/about", port).body.contains(#""file":null"#))
            #expect(try get("/", port).body.contains("<!doctype html>"))
            try checkPage("http://127.0.0.1:\(port)")
            #expect(try program.stop() == 0, "\(program.log)")
        }
    }
}
