import Foundation
import Kafka
import KafkaServer
import Oracle
import Projections
import Records
import Testing

extension SystemTests {
    @Suite(.serialized) struct `What a log can hold` {
        @Test func `a tombstone deletes, and a compacted log with gaps is read to its end`() throws {
            let scenario = try Scenario(
                "compacted", projection: .customers, partitions: 1,
                topic: [
                    ("cleanup.policy", "compact"), ("segment.ms", "100"), ("min.cleanable.dirty.ratio", "0.01"),
                    ("max.compaction.lag.ms", "1"), ("segment.bytes", "1048576"),
                ])
            let data = try Stage.kafka().folder.appendingPathComponent("data/\(scenario.topic)-0").path
            func size() throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: data).filter { $0.hasSuffix(".log") }.reduce(0) {
                    let item = try? FileManager.default.attributesOfItem(atPath: "\(data)/\($1)")
                    return $0 + ((item?[.size] as? NSNumber)?.intValue ?? 0)
                }
            }
            for round in 0..<20 {
                for customer in 0..<50 {
                    let name = "{\"name\":\"n\(round)\",\"city\":\"city \(customer)\",\"gone\":null}"
                    let isGone = (round + customer) % 10 == 3
                    try scenario.send(key: Array("c-\(customer)".utf8), value: isGone ? nil : Array(name.utf8))
                }
                try scenario.flush()
            }
            let before = try size()
            var extra = 0
            let isCompacted = try eventually(within: 180) {
                // A segment ends only with the next record behind its time.
                try scenario.send(key: Array("last".utf8), value: Array("{\"n\":\(extra)}".utf8))
                try scenario.flush()
                extra += 1
                usleep(150_000)
                return try size() < before * 3 / 4
            }
            let after = try size()
            try #require(isCompacted, "Kafka did not compact within 180 s: \(before) bytes, now \(after)")
            let worker = try scenario.run(scenario.configure(), ["--until-end"])
            #expect(try worker.exitCode() == 0, "\(worker.log)")
            try scenario.expectEqual()
            Stage.figure("compacted: \(before) bytes before, \(after) after; \(scenario.sent) offsets")
        }

        @Test
        func `killed before the end, and a tombstone compacted away meanwhile: it halts, the deleted row is not kept`()
            throws
        {
            let scenario = try Scenario(
                "tombstones", projection: .customers, partitions: 1,
                topic: [
                    ("cleanup.policy", "compact"), ("segment.ms", "100"), ("min.cleanable.dirty.ratio", "0.01"),
                    ("max.compaction.lag.ms", "1"), ("segment.bytes", "1048576"), ("delete.retention.ms", "2000"),
                ])
            func send(_ customer: Int, _ value: String?) throws {
                try scenario.send(key: Array("c-\(customer)".utf8), value: value.map { Array($0.utf8) })
            }
            for customer in 0..<500 { try send(customer, "{\"name\":\"n\",\"city\":\"x\",\"gone\":null}") }
            for other in 0..<100_000 {
                try send(1_000 + other % 500, "{\"name\":\"n\",\"city\":\"\(other)\",\"gone\":null}")
            }
            try scenario.flush()
            let path = try scenario.configure()
            // A build that reaches no end: nothing but its checkpoint says when it began.
            let first = try scenario.run(path)
            let reached = eventually(within: 180) { scenario.passed() >= 500 }
            first.kill()
            try #require(reached && scenario.passed() < 100_500, "\(scenario.passed()): \(first.log)")
            try send(7, nil)
            // Kafka cleans twice: the row's event goes, and 2 s later the tombstone.
            let offset = try scenario.logRanges()[0].end
            var extra = 0
            let isGone = try eventually(within: 180) {
                try send(1_000 + extra % 3, "{\"name\":\"n\",\"city\":\"\(extra)\",\"gone\":null}")
                try scenario.flush()
                extra += 1
                usleep(300_000)
                return try !scenario.holds(offset: offset)
            }
            try #require(isGone, "Kafka kept the tombstone at \(offset)")
            let second = try scenario.run(path, ["--until-end"])
            #expect(try second.exitCode() == 3, "\(second.log)")
            #expect(second.log.contains("tombstones-missed"), "\(second.log)")
        }

        @Test func `committed and aborted transactions at the end of the log do not keep it from ending`() throws {
            let scenario = try Scenario("transactions", partitions: 2)
            var source = OrderSource(seed: Stage.seed(), orders: 200)
            try scenario.send(1_000, from: &source)
            try scenario.flush()
            var producer = try Producer(
                properties: [("bootstrap.servers", Stage.kafka().bootstrapServers)], clientID: "system-tests",
                transactionalID: scenario.topic)
            try producer.initializeTransactions(timeoutMilliseconds: 60_000)
            for isCommitted in [true, false, true, false] {
                try producer.beginTransaction()
                for _ in 0..<50 {
                    let order = source.next()
                    let partition = scenario.partition(of: order.key)
                    try producer.produce(
                        topic: scenario.topic, partition: Int32(partition), key: order.key, value: order.value)
                    if isCommitted { scenario.foldOnly(key: order.key, value: order.value) }
                }
                try producer.flush(timeoutMilliseconds: 60_000)
                if isCommitted {
                    try producer.commitTransaction(timeoutMilliseconds: 60_000)
                } else {
                    try producer.abortTransaction(timeoutMilliseconds: 60_000)
                }
            }
            let configuration = try scenario.configure()
            for _ in 0..<2 {
                let worker = try scenario.run(configuration, ["--until-end"])
                #expect(try worker.exitCode() == 0, "\(worker.log)")
                try scenario.expectEqual()
            }
            #expect(scenario.passed() > scenario.sent + 200)
        }

        @Test func `null, empty and absent headers are three things`() throws {
            let projection = OracleProjection(
                name: "headers", topics: [.init("headers")],
                views: [
                    OracleView(
                        name: "seen", kind: .hash,
                        key: OracleTemplate([.literal("seen:"), .placeholder(.key)]),
                        events: [
                            OracleEventRules(
                                .any,
                                [
                                    OracleRule(
                                        .hash(
                                            set: [
                                                OracleField("here", .plain("yes")),
                                                OracleField("header", .header("h", optional: true)),
                                            ], unset: [], increment: []))
                                ]),
                            OracleEventRules(.tombstone, [OracleRule(.delete)]),
                        ])
                ])
            let scenario = try Scenario("headers", projection: projection, partitions: 1)
            let cases: [(String, [OracleEvent.Header])] = [
                ("absent", []), ("null", [.init("h", nil)]), ("empty", [.init("h", [])]),
                ("text", [.init("h", Array("x".utf8))]), ("last", [.init("h", [1]), .init("h", [0, 255])]),
                ("other", [.init("g", [1])]), ("deleted", [.init("h", [1])]),
                ("last-null", [.init("h", [1]), .init("h", nil)]),
            ]
            for (key, headers) in cases {
                try scenario.send(key: Array(key.utf8), value: Array("{}".utf8), headers: headers)
            }
            try scenario.send(key: Array("deleted".utf8), value: nil)
            try scenario.flush()
            let worker = try scenario.run(scenario.configure(), ["--until-end"])
            #expect(try worker.exitCode() == 0, "\(worker.log)")
            try scenario.expectEqual()
            try scenario.expectParkedEqual()
            #expect(try scenario.reader().command("HEXISTS", "seen:absent", "header") == .integer(0))
            #expect(try scenario.reader().command("HGET", "seen:empty", "header") == .text([]))
            #expect(try scenario.reader().command("EXISTS", "seen:deleted") == .integer(0))
        }

        /// Changes a byte of the first batch at or after an offset, so that its checksum is wrong; returns where it begins.
        private func damageBatch(of topic: String, from offset: UInt64) throws -> UInt64 {
            let path = try Stage.kafka().folder.appendingPathComponent("data/\(topic)-0/00000000000000000000.log")
            let bytes = [UInt8](try Data(contentsOf: path))
            func number(_ at: Int, _ count: Int) -> UInt64 { bytes[at..<at + count].reduce(0) { $0 << 8 | UInt64($1) } }
            var at = 0
            while at + 61 < bytes.count, number(at, 8) < offset { at += 12 + Int(number(at + 8, 4)) }
            try #require(at + 80 < bytes.count, "there is no batch at \(offset)")
            let file = try FileHandle(forUpdating: path)
            // Behind the head: in the records.
            try file.seek(toOffset: UInt64(at) + 70)
            try file.write(contentsOf: [bytes[at + 70] ^ 0xFF])
            try file.close()
            return number(at, 8)
        }

        @Test func `events before a damaged batch are projected, and the partition halts at it`() throws {
            let scenario = try Scenario("damaged-batch", projection: Tally.projection, partitions: 1)
            for _ in 0..<4 {
                try scenario.sendTally(10)
                try scenario.flush()
            }
            let broken = try damageBatch(of: scenario.topic, from: 30)
            let worker = try scenario.run(scenario.configure(), ["--until-end"])
            #expect(try worker.exitCode() == 3, "\(worker.log)")
            #expect(!worker.lines("partition-error").isEmpty, "\(worker.log)")
            #expect(scenario.passed() == Int64(broken), "\(worker.log)")
            #expect(try scenario.counted() == Int(broken))
        }

        @Test func `a log whose beginning is gone is refused, and status shows where --allow-partial began`() throws {
            let scenario = try Scenario("partial", partitions: 2)
            var source = OrderSource(seed: Stage.seed(), orders: 100)
            try scenario.send(200, from: &source)
            try scenario.flush()
            var admin = try Admin(
                properties: [("bootstrap.servers", Stage.kafka().bootstrapServers)], clientID: "system-tests")
            try admin.deleteRecords(topic: scenario.topic, partition: 1, before: 7, timeoutMilliseconds: 60_000)
            let path = try scenario.configure()
            let refused = try scenario.run(path, ["--until-end"])
            #expect(try refused.exitCode() == 4, "\(refused.log)")
            #expect(refused.log.contains("\(scenario.topic)-1 begins at offset 7"), "\(refused.log)")
            // All that is left is what `status` is told for a minute.
            let blocked = KeySpace(projection: scenario.projection.name).blocked
            #expect(try scenario.reader().command("DEL", blocked) == .integer(1))
            #expect(try scenario.reader().command("DBSIZE") == .integer(0))
            let partial = try scenario.run(path, ["--until-end", "--allow-partial"])
            #expect(try partial.exitCode() == 0, "\(partial.log)")
            let text = try scenario.lantern(["status", "--config", path])
            #expect(text.code == 0 && text.text.contains("lack the events before START"), "\(text.text)")
            let json = try scenario.lantern(["status", "--config", path, "--json"])
            let status = try #require(JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any])
            let projection = try #require((status["projections"] as? [[String: Any]])?.first)
            #expect(projection["isPartial"] as? Bool == true && projection["isThisVersion"] as? Bool == true)
            let partitions = try #require(projection["partitions"] as? [[String: Any]])
            #expect(partitions.map { $0["start"] as? Int } == [nil, 7])
            #expect(partitions.allSatisfy { $0["state"] as? String == "caught-up" })
        }
    }
}
