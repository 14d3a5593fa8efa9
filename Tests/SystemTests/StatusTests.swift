import Foundation
import Kafka
import KafkaServer
import Oracle
import Projections
import Records
import RedisServer
import Testing

extension SystemTests {
    @Suite(.serialized) struct `Nothing looks well while it is not` {
        /// A projection that has reached the end of a few events, and its configuration.
        private func built(
            _ name: String, partitions: Int = 1, worker: String = "{ partitions: all }"
        ) throws -> (scenario: Scenario, path: String) {
            let scenario = try Scenario(name, partitions: partitions)
            var source = OrderSource(seed: Stage.seed(), orders: 20)
            try scenario.send(40, from: &source)
            try scenario.flush()
            let path = try scenario.configure(worker: worker)
            let worker = try scenario.run(path, ["--until-end"])
            #expect(try worker.exitCode() == 0, "\(worker.log)")
            return (scenario, path)
        }

        private func partitions(_ scenario: Scenario, _ path: String) throws -> [[String: Any]] {
            let json = try scenario.lantern(["status", "--config", path, "--json"])
            let text = json.text.drop { $0 != "{" }
            let status = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            let projection = (status?["projections"] as? [[String: Any]])?.first
            return try #require(projection?["partitions"] as? [[String: Any]], "\(json.text)")
        }

        @Test func `a log that ends before the checkpoint is neither caught up nor an end that was reached`() throws {
            let (scenario, path) = try built("short", worker: "{}")
            let key = KeySpace(projection: scenario.projection.name).checkpoint(scenario.topic, 0)
            let text = try #require(scenario.checkpoints()[0])
            let beyond = text.replacing("next=40 ", with: "next=50 ")
            #expect(beyond != text)
            _ = try scenario.reader().command("SET", key, beyond)
            let status = try scenario.lantern(["status", "--config", path])
            #expect(status.code == 3, "\(status.text)")
            #expect(status.text.contains("ends at 40, before the checkpoint's next offset 50"), "\(status.text)")
            let worker = try scenario.run(path, ["--until-end"])
            #expect(try worker.exitCode() == 3, "\(worker.log)")
            #expect(!worker.lines("log-truncated").isEmpty, "\(worker.log)")
        }

        @Test func `a topic that is missing is its projection's obstacle, and the others are shown whole`() throws {
            let (scenario, path) = try built("missing")
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let gone = """
                projections:
                  gone:
                    version: 1
                    topics: [\(scenario.topic)-gone]
                    views:
                      g: { counter: "gone", events: { "*": { increment: 1 } } }

                """
            let both = text.replacing("projections:\n", with: gone)
            #expect(both != text)
            try both.write(toFile: path, atomically: true, encoding: .utf8)
            let status = try scenario.lantern(["status", "--config", path])
            #expect(status.code == 3, "\(status.text)")
            #expect(status.text.contains("gone: topic \(scenario.topic)-gone does not exist"), "\(status.text)")
            let line = status.text.split(separator: "\n").first { $0.hasPrefix("\(scenario.topic)-0 ") }
            #expect(line?.split(separator: " ").dropFirst().prefix(3) == ["40", "40", "0"], "\(status.text)")
        }

        @Test func `a log that begins behind the checkpoint, and a checkpoint that is gone, are not well`() throws {
            let (scenario, path) = try built("long", partitions: 2)
            let key = KeySpace(projection: scenario.projection.name).checkpoint(scenario.topic, 0)
            let text = try #require(scenario.checkpoints()[0])
            let next = try #require(Checkpoint(text: Array(text.utf8))?.next)
            let moved = text.replacing("next=\(next) ", with: "next=1 ")
                .replacing("confirmed=\(next) ", with: "confirmed=1 ")
            _ = try scenario.reader().command("SET", key, moved)
            var admin = try Admin(properties: [("bootstrap.servers", scenario.servers)], clientID: "system-tests")
            try admin.deleteRecords(topic: scenario.topic, partition: 0, before: 3, timeoutMilliseconds: 60_000)
            let begins = try scenario.lantern(["status", "--config", path])
            #expect(begins.code == 3, "\(begins.text)")
            #expect(begins.text.contains("begins at 3, after the checkpoint's next offset 1"), "\(begins.text)")
            _ = try scenario.reader().command("DEL", key)
            let missing = try scenario.lantern(["status", "--config", path])
            #expect(missing.code == 3 && missing.text.contains("no checkpoint"), "\(missing.text)")
        }

        @Test func `a projection that a foreign key keeps from starting is not merely not started`() throws {
            let scenario = try Scenario("foreign", partitions: 1)
            _ = try scenario.reader().command("SET", "order:1", "another application's")
            let path = try scenario.configure()
            let worker = try scenario.run(path)
            #expect(try worker.exitCode() == 4, "\(worker.log)")
            let status = try scenario.lantern(["status", "--config", path])
            #expect(status.code == 3 && status.text.contains("Redis already holds order:1"), "\(status.text)")
            let expiry = try scenario.reader().command("TTL", KeySpace(projection: scenario.projection.name).blocked)
            guard case .integer(1...60) = expiry else {
                Issue.record("the note does not expire: \(expiry)")
                return
            }
            _ = try scenario.reader().command("DEL", "order:1")
            #expect(try scenario.run(path, ["--until-end"]).exitCode() == 0)
            let cured = try scenario.lantern(["status", "--config", path])
            #expect(cured.code == 0, "\(cured.text)")
        }

        @Test func `a dead-letter topic that takes nothing is shown until it does`() throws {
            let scenario = try Scenario("dead-letters", partitions: 1)
            let path = try scenario.configure(kafka: ["topic.metadata.propagation.max.ms: 100"])
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let dead = "\(scenario.topic)-dead"
            let changed = text.replacing(
                "    version: 1\n", with: "    version: 1\n    on-error: { dead-letter: \(dead) }\n")
            #expect(changed != text)
            try changed.write(toFile: path, atomically: true, encoding: .utf8)
            var source = OrderSource(seed: Stage.seed(), orders: 20)
            try scenario.send(5, from: &source)
            try scenario.send(key: [1], value: Array("{".utf8))
            try scenario.flush()
            let worker = try scenario.run(path)
            var last = ""
            let isShown = try eventually(within: 120) {
                let status = try scenario.lantern(["status", "--config", path])
                last = status.text
                return status.code == 3 && status.text.contains("was not delivered to \(dead)")
            }
            #expect(isShown, "\(last) \(worker.log)")
            var admin = try Admin(properties: [("bootstrap.servers", scenario.servers)], clientID: "system-tests")
            try admin.createTopic(dead, partitions: 1, settings: [], timeoutMilliseconds: 60_000)
            try scenario.waitUntilDone(worker)
            let isWell = try eventually(within: 60) { try scenario.lantern(["status", "--config", path]).code == 0 }
            #expect(isWell)
            #expect(try worker.stop() == 0)
        }

        @Test func `fixed partitions: what a topic gains is projected without a restart`() throws {
            let (scenario, path) = try built("gains", partitions: 2)
            let worker = try scenario.run(path)
            #expect(worker.waitForLog("projecting", times: 2))
            var admin = try Admin(properties: [("bootstrap.servers", scenario.servers)], clientID: "system-tests")
            try admin.growTopic(scenario.topic, to: 3, timeoutMilliseconds: 60_000)
            var producer = try Producer(properties: [("bootstrap.servers", scenario.servers)], clientID: "system-tests")
            var source = OrderSource(seed: Stage.seed(), orders: 20)
            let order = source.next()
            let key = KeySpace(projection: scenario.projection.name).checkpoint(scenario.topic, 2)
            let isSent = eventually(within: 120) {
                do {
                    try producer.deliver(
                        topic: scenario.topic, partition: 2, key: order.key.span, value: order.value.span,
                        timeoutMilliseconds: 10_000)
                    return true
                } catch { return false }
            }
            #expect(isSent)
            let isRead = try eventually(within: 120) {
                guard case .text(let text) = try scenario.reader().command("GET", key) else { return false }
                return (Checkpoint(text: text)?.next ?? 0) > 0
            }
            #expect(isRead, "\(worker.log)")
            #expect(try worker.stop() == 0)
        }

        @Test func `a compacted topic whose records also expire is warned of, once`() throws {
            let scenario = try Scenario(
                "expires", projection: .customers, partitions: 1, topic: [("cleanup.policy", "compact,delete")])
            let worker = try scenario.run(scenario.configure(), ["--until-end"])
            #expect(try worker.exitCode() == 0, "\(worker.log)")
            #expect(worker.lines("a rebuild does not make them").count == 1, "\(worker.log)")
        }

        @Test func `the lag is to the high watermark, and an open transaction that holds it back is named`() throws {
            let (scenario, path) = try built("open")
            var producer = try Producer(
                properties: [("bootstrap.servers", scenario.servers)], clientID: "system-tests",
                transactionalID: scenario.topic)
            try producer.initializeTransactions(timeoutMilliseconds: 60_000)
            try producer.beginTransaction()
            for _ in 0..<7 { try producer.produce(topic: scenario.topic, partition: 0, key: [1], value: [2]) }
            try producer.flush(timeoutMilliseconds: 60_000)
            let status = try scenario.lantern(["status", "--config", path])
            #expect(status.code == 0, "\(status.text)")
            #expect(
                status.text.contains("an open transaction holds back 7 offsets, from 40 to 46"), "\(status.text)")
            let partition = try partitions(scenario, path)[0]
            #expect(partition["lag"] as? Int == 7 && partition["end"] as? Int == 47, "\(partition)")
            #expect(partition["readable"] as? Int == 40 && partition["state"] as? String == "held-back")
            try producer.abortTransaction(timeoutMilliseconds: 60_000)
        }
    }
}
