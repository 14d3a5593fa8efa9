import Foundation
import Oracle
import Projections
import Records
import Testing
import Worker

extension SystemTests {
    @Suite(.serialized) struct `Parked events` {
        private func placed(_ key: String, total: String, status type: String = "OrderPlaced") -> [UInt8] {
            Array(
                "{\"type\":\"\(type)\",\"orderId\":\"\(key)\",\"customerId\":\"c\",\"total\":\(total),\"at\":\"2026-01-01T00:00:00Z\"}"
                    .utf8)
        }

        /// Leaves a request and awaits the lane's answer to it.
        private func ask(_ action: RequestText.Action, _ event: OracleEvent, _ scenario: Scenario) throws -> String {
            let keys = KeySpace(projection: scenario.projection.name)
            let identifier = "\(UInt32.random(in: 0...UInt32.max))"
            let redis = try scenario.reader()
            _ = try redis.command(
                "HSET", keys.requests, KeySpace.eventName(event.topic, Int32(event.partition), Int64(event.offset)),
                RequestText(action: action, identifier: identifier).text)
            var answer = ""
            _ = try eventually(within: 180) {
                guard case .text(let text) = try redis.command("GET", keys.answer(identifier)) else { return false }
                answer = String(decoding: text, as: UTF8.self)
                return true
            }
            return answer
        }

        @Test func `retry, skip and edit are carried out in order by the lane`() throws {
            let scenario = try Scenario("parking", partitions: 2)
            var source = OrderSource(seed: Stage.seed(), orders: 100)
            try scenario.send(1_000, from: &source)
            var events: [String: [OracleEvent]] = [:]
            for key in ["skipped", "edited", "retried"] {
                events[key] = try [
                    placed(key, total: "\"x\"", status: "OrderPaid"), placed(key, total: "2.50"),
                    placed(key, total: "3.50", status: "OrderPaid"),
                ].map { try scenario.send(key: Array(key.utf8), value: $0).event }
            }
            try scenario.flush()
            let worker = try scenario.run(scenario.configure())
            try scenario.waitUntilDone(worker)
            try scenario.expectEqual()
            try scenario.expectParkedEqual()
            #expect(scenario.fold.parked.count == 9)

            let skipped = try #require(events["skipped"])
            let edited = try #require(events["edited"])
            let retried = try #require(events["retried"])
            #expect(try ask(.skip, skipped[0], scenario).hasPrefix("done"))
            let value = placed("edited", total: "1.00", status: "OrderPaid")
            #expect(try ask(.edit(value), edited[0], scenario).hasPrefix("done"))
            let answer = try ask(.retry, retried[0], scenario)
            #expect(answer.contains("still bad"), "\(answer)")
            let behind = try ask(.retry, retried[1], scenario)
            #expect(behind.contains("retry that one first"), "\(behind)")

            // The same log with the skipped one gone and the edited one as it is now.
            var replacement = edited[0]
            replacement.value = value
            scenario.amend(removing: skipped[0], replacing: replacement)
            try scenario.expectEqual()
            try scenario.expectParkedEqual()
            #expect(scenario.fold.parked.count == 3)
            #expect(try worker.stop() == 0, "\(worker.log)")

            // What was carried out stays carried out over a restart, and over a replay from the beginning.
            let next = try scenario.run(scenario.configure(), ["--until-end"])
            #expect(try next.exitCode() == 0, "\(next.log)")
            try scenario.expectEqual()
            let fresh = try scenario.run(scenario.configure(), ["--until-end", "--fresh", "orders", "--yes"])
            #expect(try fresh.exitCode() == 0, "\(fresh.log)")
            try scenario.expectEqual()
        }

        @Test func `a value over limits.record-bytes is parked without it, and folded once it is edited`() throws {
            let scenario = try Scenario("large", partitions: 1)
            var large = placed("big", total: "1.00")
            large.insert(contentsOf: Array("\"note\":\"\(String(repeating: "x", count: 2_000))\",".utf8), at: 1)
            // Names and values that would be read in two ways as one text.
            let headers = [
                OracleEvent.Header("a: b", Array("c".utf8)), OracleEvent.Header("n", nil),
                OracleEvent.Header("n", Array("null".utf8)),
            ]
            let event = try scenario.send(key: Array("big".utf8), value: large, headers: headers).event
            try scenario.send(key: Array("big".utf8), value: placed("big", total: "2.00", status: "OrderPaid"))
            try scenario.send(key: Array("small".utf8), value: placed("small", total: "3.00"))
            try scenario.flush()
            let path = try scenario.configure(more: ["limits: { record-bytes: 1KiB }"])
            let worker = try scenario.run(path)
            try scenario.waitUntilDone(worker)
            let keys = KeySpace(projection: scenario.projection.name)
            let redis = try scenario.reader()
            guard case .text(let blob) = try redis.command("HGET", keys.parked(scenario.topic, 0), "0") else {
                Issue.record("the large event is not parked: \(worker.log)")
                return
            }
            let record = try #require(ParkedRecord(bytes: blob))
            #expect(record.value == nil && record.leftOutBytes == large.count && blob.count < 1_000)
            #expect(record.reason == "the value has \(large.count) bytes, and limits.record-bytes is 1024")
            #expect(try redis.command("HGET", "order:small", "status") == .text(Array("placed".utf8)))
            #expect(try redis.command("EXISTS", "order:big") == .integer(0))
            let place = KeySpace.eventName(scenario.topic, 0, 0)
            let shown = try scenario.lantern(["parked", "show", "--config", path, "orders", place])
            #expect(shown.text.contains("\(large.count) bytes, too large to be kept in Redis"), "\(shown.text)")
            let json = try scenario.lantern(["parked", "show", "--config", path, "orders", place, "--json"])
            let object = try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any]
            let found = try #require(object?["headers"] as? [[String: Any]], "\(json.text)")
            #expect(found.map { $0["name"] as? String } == ["a: b", "n", "n"])
            #expect(found.map { $0["value"] as? String } == ["c", nil, "null"])
            for (wrong, words) in [
                ("nothing:0:1", "does not read topic nothing; it reads \(scenario.topic)"),
                ("\(scenario.topic):7:1", "has no partition 7"),
            ] {
                let refused = try scenario.lantern(["parked", "skip", "--config", path, "orders", wrong])
                #expect(refused.code == 1 && refused.text.contains(words), "\(refused.text)")
            }
            #expect(try redis.command("EXISTS", keys.requests) == .integer(0))
            let answer = try ask(.retry, event, scenario)
            #expect(answer.contains("was too large to be kept in Redis"), "\(answer)")
            #expect(try ask(.edit(placed("big", total: "1.00")), event, scenario) == "done: 2 released")
            #expect(try redis.command("HGET", "order:big", "status") == .text(Array("paid".utf8)))
            #expect(try worker.stop() == 0, "\(worker.log)")
        }
    }
}
