import Foundation
import Kafka
import KafkaServer
import RedisServer
import Testing

extension SystemTests {
    /// A checkpoint stands on one log. Where another takes its place, nothing of that other log may be folded into the
    /// views of the first, and nobody may be told that the projection has caught up.
    @Suite(.serialized) struct `A log exchanged for another` {
        private static let partitions = 3
        private static let old = 200
        private static let mark = "new-"

        @Test(arguments: Stage.isLong ? ExchangedLogCase.all : ExchangedLogCase.usual)
        func `the partitions halt, and the views stay those of the first log`(_ exchanged: ExchangedLogCase) throws {
            let port = try freePort()
            var own: KafkaServer?
            if exchanged.exchange == .cluster { own = try KafkaServer(port: port) }
            defer { withExtendedLifetime(own) {} }
            let scenario = try Scenario(
                "exchanged", projection: Tally.projection, partitions: Self.partitions, kafka: own)
            // Partition 2 stays empty in the first log, partition 1 will be in the second.
            for number in 0..<2 * Self.old {
                try scenario.send(
                    key: Array("old-\(number)".utf8), value: Array("{\"n\":\(number)}".utf8), partition: number % 2)
            }
            try scenario.flush()
            let path = try scenario.configure(kafka: exchanged.member.kafka, worker: exchanged.member.worker)
            var worker = try scenario.run(path)
            try scenario.waitUntilDone(worker)
            try #require(worker.waitForLog("projecting", times: Self.partitions), "\(worker.log)")
            try scenario.expectEqual()

            if !exchanged.isBusy { usleep(2_500_000) }
            if exchanged.exchange == .whileDown { #expect(try worker.stop() == 0, "\(worker.log)") }
            let server = try exchange(exchanged, scenario, &own, port)
            usleep(UInt32(exchanged.delay * 1_000_000))
            let count = exchanged.length.count(Self.old)
            try produce(count, from: 0, scenario.topic, server)
            if exchanged.exchange == .whileDown { worker = try scenario.run(path) }

            _ = try isHalted(path, scenario, within: 60)
            // Long after the creation: nothing of this may be folded, however slow the worker was to learn of it.
            try produce(50, from: count, scenario.topic, server)
            let halted = try isHalted(path, scenario, within: 30)
            let status = try scenario.lantern(["status", "--config", path])
            let early = try folded(scenario, below: count)
            let late = try folded(scenario, below: .max) - early
            Stage.figure(
                "\(exchanged): status \(status.code), \(early) of \(2 * count) early and \(late) of 100 late events "
                    + "folded; \(worker.lines("\"halted").count) halts")
            #expect(halted, "\(exchanged): \(status.text)\n\(worker.log.suffix(4_000))")
            #expect(status.code == 3, "\(exchanged): \(status.text)")
            // What is produced long after the exchange is never folded; after a quiet second nothing is at all.
            #expect(late == 0, "\(exchanged): \(late) late events of the second log were folded")
            if !exchanged.isBusy {
                #expect(early == 0, "\(exchanged): \(early) early events of the second log were folded")
                try scenario.expectEqual()
            }
            worker.kill()
        }

        /// Puts an empty log in the old one's place; returns where it can be reached.
        private func exchange(
            _ exchanged: ExchangedLogCase, _ scenario: Scenario, _ own: inout KafkaServer?, _ port: UInt16
        ) throws -> String {
            if exchanged.exchange == .cluster {
                own?.kill()
                own = try KafkaServer(clusterID: "YW5vdGhlci1jbHVzdGVyLQ", port: port)
                return try create(scenario.topic, "127.0.0.1:\(port)")
            }
            let kafka = try Stage.kafka()
            var admin = try Admin(properties: [("bootstrap.servers", kafka.bootstrapServers)], clientID: "system-tests")
            try admin.deleteTopic(scenario.topic, timeoutMilliseconds: 60_000)
            if exchanged.exchange == .topicAndRestart {
                kafka.stop()
                try kafka.start()
            }
            return try create(scenario.topic, kafka.bootstrapServers)
        }

        private func create(_ topic: String, _ server: String) throws -> String {
            var admin = try Admin(properties: [("bootstrap.servers", server)], clientID: "system-tests")
            var fault: KafkaError?
            // The name is free when the deletion has come through.
            let isMade = eventually(within: 180) {
                do throws(KafkaError) {
                    try admin.createTopic(topic, partitions: Self.partitions, timeoutMilliseconds: 60_000)
                    return true
                } catch {
                    fault = error
                    return false
                }
            }
            try #require(isMade, "the topic cannot be made anew: \(String(describing: fault))")
            return server
        }

        private func produce(_ count: Int, from first: Int, _ topic: String, _ server: String) throws {
            var producer = try Producer(properties: [("bootstrap.servers", server)], clientID: "system-tests")
            for number in first..<first + count {
                for partition: Int32 in [0, 2] {
                    try producer.produce(
                        topic: topic, partition: partition, key: Array("\(Self.mark)\(number)-\(partition)".utf8),
                        value: Array("{\"n\":1}".utf8))
                }
            }
            try producer.flush(timeoutMilliseconds: 120_000)
            let failed = producer.failedCount
            try #require(failed == 0)
        }

        /// Waits until all partitions of which either log has records are halted by the log's exchange.
        private func isHalted(_ path: String, _ scenario: Scenario, within seconds: Double) throws -> Bool {
            try eventually(within: seconds) {
                usleep(200_000)
                let said = try scenario.lantern(["status", "--config", path, "--json"])
                guard let status = try? JSONSerialization.jsonObject(with: Data(said.text.utf8)) as? [String: Any],
                    let projection = (status["projections"] as? [[String: Any]])?.first,
                    let partitions = projection["partitions"] as? [[String: Any]]
                else { return false }
                return said.code == 3 && partitions.count == Self.partitions
                    && partitions.allSatisfy { $0["state"] as? String == "halted" }
            }
        }

        /// How many events of the second log with numbers below `limit` are in the views.
        private func folded(_ scenario: Scenario, below limit: Int) throws -> Int {
            let keys = try scenario.redis.cli(["KEYS", "\(Tally.rows)\(Self.mark)*"])
            return keys.split(separator: "\n").filter { key in
                let number = key.dropFirst(Tally.rows.count + Self.mark.count).prefix { $0 != "-" }
                return (Int(number) ?? 0) < limit
            }.count
        }
    }
}
