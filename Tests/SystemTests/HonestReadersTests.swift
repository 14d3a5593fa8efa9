import Foundation
import Oracle
import KafkaServer
import Testing
import WebClient

extension SystemTests {
    /// What is called fresh while those stand still who would know better.
    @Suite(.serialized) struct `Honest readers` {
        private let row = "/v1/views/orders/order/o-1"

        private func ask(_ client: HTTPClient, _ words: String) throws -> HTTPClient.Response {
            try #require(client.ask("GET", "\(row)?\(words)"))
        }

        /// The row, which has `total`, and is said to be fresh.
        private func expectFresh(_ client: HTTPClient, _ words: String, total: String) throws {
            let answer = try ask(client, words)
            #expect(answer.status == 200 && answer.headers["lantern-stale"] == nil, "\(words): \(answer)")
            #expect(answer.body.contains("\"total\":\"\(total)\""), "\(words): \(answer)")
        }

        /// Nobody who wants what is newer than the row gets the row for it.
        private func expectStale(_ client: HTTPClient, reason: String, total: String) throws {
            // What was known before the event that is missing is older than this.
            Thread.sleep(forTimeInterval: 0.3)
            for words in ["max-stale=200ms&wait=0", "max-stale=200ms&wait=300ms", "latest&wait=300ms"] {
                let answer = try ask(client, words)
                #expect(answer.status == 503 && answer.body.contains("problem:stale"), "\(words): \(answer)")
            }
            let problem = try ask(client, "latest&wait=300ms")
            #expect(problem.body.contains("\"reason\":\"\(reason)\""), "\(problem)")
            let allowed = try ask(client, "max-stale=200ms&wait=300ms&stale=allow")
            #expect(allowed.status == 200 && allowed.body.contains("\"total\":\"\(total)\""), "\(allowed)")
            // Read again at the end of its wait, when what Kafka said may be older than asked.
            let why = allowed.headers["lantern-stale"]?.prefix { $0 != ";" }
            #expect(why.map { [reason, "log"].contains(String($0)) } == true, "\(allowed)")
            // It was the newest within the hour, and it is known that it was.
            try expectFresh(client, "max-stale=1h&wait=0", total: total)
        }

        @Test func `get no row for fresh while the worker is stopped, frozen or halted, and while Kafka is`() throws {
            let kafka = try KafkaServer()
            let scenario = try Scenario("honest", partitions: 2, kafka: kafka)
            let path = try scenario.configure(more: ["gateway: { listen: \"127.0.0.1:0\" }"])
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let (gateway, port) = try scenario.serve(path)
            let client = try #require(HTTPClient(port: port))
            try scenario.sendOrder("OrderPlaced", "o-1", "c", "1")
            var worker = try scenario.run(path)
            try scenario.waitUntilDone(worker)
            try expectFresh(client, "latest&wait=30s", total: "1")
            // Stopped: at the end it stays fresh, since nothing is missing.
            #expect(try worker.stop() == 0, "\(worker.log)")
            Thread.sleep(forTimeInterval: 0.3)
            try expectFresh(client, "max-stale=200ms&wait=30s", total: "1")
            try scenario.sendOrder("OrderPlaced", "o-1", "c", "2")
            try expectStale(client, reason: "behind", total: "1")
            worker = try scenario.run(path)
            try expectFresh(client, "latest&wait=30s", total: "2")
            // Frozen.
            worker.signal(SIGSTOP)
            try scenario.sendOrder("OrderPlaced", "o-1", "c", "3")
            try expectStale(client, reason: "behind", total: "2")
            worker.signal(SIGCONT)
            try expectFresh(client, "latest&wait=30s", total: "3")
            #expect(try worker.stop() == 0, "\(worker.log)")
            // A lane that stands at a bad event. The gateway's file is the same but for this.
            let halting = path.replacing("lantern.yaml", with: "halting.yaml")
            let changed = text.replacing("    version: 1\n", with: "    version: 1\n    on-error: halt\n")
            try #require(changed != text)
            try changed.replacing("gateway: { listen: \"127.0.0.1:0\" }\n", with: "").write(
                toFile: halting, atomically: true, encoding: .utf8)
            worker = try scenario.run(halting)
            try scenario.send(key: Array("o-1".utf8), value: Array("no JSON".utf8))
            try scenario.flush()
            try #require(worker.waitForLog("halt"), "\(worker.log)")
            try expectStale(client, reason: "behind", total: "3")
            _ = try worker.stop()
            worker = try scenario.run(path)
            try expectFresh(client, "latest&wait=30s", total: "3")
            // Kafka away: what it said an hour ago at most is still known, and nothing newer.
            kafka.kill()
            try expectStale(client, reason: "log", total: "3")
            try kafka.start()
            try expectFresh(client, "latest&wait=60s", total: "3")
            worker.kill()
            #expect(try gateway.stop() == 0, "\(gateway.log)")
        }
    }
}
