import Foundation
import Kafka
import Oracle
import Projections
import Records
import Testing

extension SystemTests {
    @Suite(.serialized) struct `A topic that grows` {
        private func placed(_ customer: String) -> [UInt8] {
            Array(
                "{\"type\":\"OrderPlaced\",\"orderId\":\"o\",\"customerId\":\"\(customer)\",\"total\":1,\"at\":\"2026-01-01T00:00:00Z\"}"
                    .utf8)
        }

        @Test func `events of a transaction that was open at the growth are waited for`() throws {
            let scenario = try Scenario("grown", partitions: 1)
            try scenario.send(key: Array("o".utf8), value: placed("first"), partition: 0)
            try scenario.flush()
            let path = try scenario.configure()
            #expect(try scenario.run(path, ["--until-end"]).exitCode() == 0)

            let properties = [("bootstrap.servers", scenario.servers)]
            var open = try Producer(
                properties: properties, clientID: "system-tests", transactionalID: scenario.topic)
            try open.initializeTransactions(timeoutMilliseconds: 60_000)
            try open.beginTransaction()
            try open.produce(topic: scenario.topic, partition: 0, key: Array("o".utf8), value: placed("older"))
            try open.flush(timeoutMilliseconds: 60_000)
            var admin = try Admin(properties: properties, clientID: "system-tests")
            try admin.growTopic(scenario.topic, to: 2, timeoutMilliseconds: 60_000)
            var producer = try Producer(properties: properties, clientID: "system-tests")
            // The key's newer event, where the key belongs since the growth.
            try producer.produce(topic: scenario.topic, partition: 1, key: Array("o".utf8), value: placed("newer"))
            try producer.flush(timeoutMilliseconds: 60_000)
            #expect(producer.failedCount == 0)

            let worker = try scenario.run(path)
            let redis = try scenario.reader()
            let keys = KeySpace(projection: scenario.projection.name)
            let field = "\(scenario.topic):ends-before-1"
            var ends = ""
            let isRecorded = try eventually(within: 180) {
                guard case .text(let text) = try redis.command("HGET", keys.growth, field) else { return false }
                ends = String(decoding: text, as: UTF8.self)
                return true
            }
            try #require(isRecorded, "\(worker.log)")
            // The open transaction's event has offset 1: the last stable offset is before it.
            #expect(ends == "2")
            #expect(try redis.command("EXISTS", keys.checkpoint(scenario.topic, 1)) == .integer(0))
            try open.commitTransaction(timeoutMilliseconds: 60_000)
            let isDone = try eventually(within: 180) {
                let checkpoint = try redis.command("GET", keys.checkpoint(scenario.topic, 1))
                guard case .text(let text) = checkpoint else { return false }
                return String(decoding: text, as: UTF8.self).hasPrefix("next=1 ")
            }
            #expect(isDone, "\(worker.log)")
            #expect(try redis.command("HGET", "order:o", "customer") == .text(Array("newer".utf8)))
            #expect(try worker.stop() == 0, "\(worker.log)")
        }
    }
}
