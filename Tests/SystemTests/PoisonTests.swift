import Bytes
import Foundation
import Oracle
import Projections
import Records
import Seeded
import Testing

extension SystemTests {
    @Suite(.serialized) struct `Poison` {
        private func order(
            _ order: String, _ type: String = "OrderPlaced", customer: String = "\"c\"", more: String = ""
        ) -> [UInt8] {
            Array(
                "{\"type\":\"\(type)\",\"orderId\":\"\(order)\",\"customerId\":\(customer),\"total\":1.25,\"at\":\"2026-01-01T00:00:00Z\"\(more)}"
                    .utf8)
        }

        /// Values that break something, each under a key of its own, with a good event behind it.
        private var poison: [[UInt8]] {
            let deep = String(repeating: "[", count: 1_000_000)
            let deepClosed = deep + String(repeating: "]", count: 1_000_000)
            let texts = [
                "", " ", "{", "nonsense", "{\"type\":\"OrderPlaced\"", "\u{0}\u{0}\u{0}\u{0}\u{7}avro", "[1,2", "null",
                "{\"type\":\"OrderPlaced\",\"type\":\"OrderPaid\",\"orderId\":\"K\"}",
                "{\"type\":\"OrderPlaced\",\"orderId\":\"K\",\"orderId\":\"K\",\"customerId\":\"c\",\"total\":1,\"at\":1}",
                "{\"type\":\"OrderPlaced\",\"orderId\":\"K\"}",
                "{\"type\":\"OrderPaid\",\"orderId\":\"K\",\"customerId\":\"c\"}",
                "{\"type\":\"OrderPaid\",\"orderId\":\"K\",\"customerId\":\"c\",\"total\":\"12\",\"at\":\"2026-01-01T00:00:00Z\"}",
                "{\"type\":\"OrderPaid\",\"orderId\":\"K\",\"customerId\":\"c\",\"total\":1.234,\"at\":\"2026-01-01T00:00:00Z\"}",
                "{\"type\":\"OrderPaid\",\"orderId\":\"K\",\"customerId\":\"c\",\"total\":1e400,\"at\":\"2026-01-01T00:00:00Z\"}",
                "{\"type\":\"OrderPaid\",\"orderId\":\"K\",\"customerId\":{},\"total\":1,\"at\":\"2026-01-01T00:00:00Z\"}",
                "{\"type\":\"OrderPaid\",\"orderId\":\"K\",\"customerId\":\"\",\"total\":1,\"at\":\"2026-01-01T00:00:00Z\"}",
                "{\"type\":\"OrderPaid\",\"orderId\":\"K\",\"customerId\":\"\\ud800\",\"total\":1,\"at\":\"2026-01-01T00:00:00Z\"}",
                "{\"type\":\"OrderPaid\",\"orderId\":7,\"customerId\":\"c\",\"total\":1,\"at\":\"2026-01-01T00:00:00Z\"}",
                "{\"type\":\"OrderPaid\",\"orderId\":\"other\",\"customerId\":\"c\",\"total\":1,\"at\":\"2026-01-01T00:00:00Z\"}",
                "{\"type\":\"OrderPlaced\",\"orderId\":\"K\",\"customerId\":\"c\",\"total\":1,\"at\":\"yesterday\"}",
                deep, deepClosed, "{\"type\":\"OrderPlaced\",\"x\":\(deepClosed)}",
                "\u{FEFF}{\"type\":\"OrderPlaced\"}",
            ]
            return texts.map { Array($0.utf8) } + [
                [0xFF, 0xFE], Array("{\"type\":\"Order".utf8) + [0xC3, 0x28] + Array("\"}".utf8),
            ]
        }

        @Test func `values that cannot be projected are parked with what follows them, and nothing else is touched`()
            throws
        {
            let scenario = try Scenario("poison")
            var source = OrderSource(seed: Stage.seed(), orders: 1_000)
            // Enough good ones first, that no partition takes its topic for one without JSON.
            try scenario.send(2_000, from: &source)
            var bad = 0
            for (index, value) in poison.enumerated() {
                let key = "k-\(index)"
                let text = String(decoding: value, as: UTF8.self)
                let named =
                    value.count < 1_000 && value.first != 0xFF && !value.contains(0xC3)
                    ? Array(text.replacing("\"K\"", with: "\"\(key)\"").utf8) : value
                if case .bad = try scenario.send(key: Array(key.utf8), value: named).decision { bad += 1 }
                try scenario.send(key: Array(key.utf8), value: order(key))
                try scenario.send(key: nil, value: named)
            }
            try scenario.send(2_000, from: &source)
            try scenario.flush()
            #expect(bad >= 15, "the fold finds only \(bad) of \(poison.count) values bad")
            let worker = try scenario.run(scenario.configure(), ["--until-end"])
            #expect(try worker.exitCode() == 0, "\(worker.log.suffix(8_000))")
            try scenario.expectEqual()
            try scenario.expectParkedEqual()
            Stage.figure("poison: \(poison.count) values, \(scenario.fold.parked.count) events parked")
        }

        @Test func `a value that Redis refuses to read halts its partition by name, and a skip passes it`() throws {
            let scenario = try Scenario(
                "unread", partitions: 2, redis: ["--proto-max-bulk-len", "1mb"],
                topic: [("max.message.bytes", "64000000")])
            var source = OrderSource(seed: Stage.seed(), orders: 100)
            try scenario.send(400, from: &source)
            let large = [UInt8](repeating: UInt8(ascii: "x"), count: 2_000_000)
            let place = scenario.partition(of: Array("large".utf8))
            let bad = try scenario.send(key: Array("large".utf8), value: large).event
            try scenario.send(400, from: &source)
            try scenario.flush()
            let configuration = try scenario.configure(kafka: ["fetch.message.max.bytes: 64000000"])
            let worker = try scenario.run(configuration)
            #expect(worker.waitForLog("server-refuses"), "\(worker.log.suffix(8_000))")
            let halt = worker.lines("server-refuses").first ?? ""
            for words in ["\(scenario.topic)-\(place)@\(bad.offset) ", "invalid bulk length", "proto-max-bulk-len"] {
                #expect(halt.contains(words), "no '\(words)' in: \(halt)")
            }
            let other = 1 - place
            let isRead = eventually(within: 180) {
                let text = scenario.checkpoints()[other].map { Array($0.utf8) }
                return text.flatMap { Checkpoint(text: $0) }?.next == scenario.written[other]
            }
            #expect(isRead, "the other partition stands still: \(worker.log.suffix(8_000))")
            let event = KeySpace.eventName(scenario.topic, Int32(place), Int64(bad.offset))
            let skipped = try scenario.lantern(["parked", "skip", "--config", configuration, "orders", event])
            #expect(skipped.code == 0 && skipped.text.contains("the partition continues"), "\(skipped.text)")
            try scenario.waitUntilDone(worker)
            #expect(try worker.stop() == 0, "\(worker.log.suffix(4_000))")
            try scenario.expectEqual()
        }

        @Test func `key fields of any text make rows of their own or are parked`() throws {
            let scenario = try Scenario("keys")
            var source = OrderSource(seed: Stage.seed(), orders: 100)
            try scenario.send(500, from: &source)
            let long = String(repeating: "x", count: 10_000)
            let texts = [
                "{", "}", ":", "*", "a:b", "{a}b", "%", "%3A", "\\n", "\\u0000", "\\r\\n", "\\u007f", "é☃😀", " ",
                "*?[]\\\\", "customers:by-revenue", long, "..", "\\\"", "\\u0001\\u001f",
            ]
            for (index, text) in texts.enumerated() {
                // In the customer's field, and in the order's with the record key that it decodes to.
                try scenario.send(
                    key: Array("k-\(index)".utf8), value: order("k-\(index)", "OrderPaid", customer: "\"\(text)\""))
                let decoded = try JSONDecoder().decode([String].self, from: Data("[\"\(text)\"]".utf8))
                for type in ["OrderPlaced", "OrderPaid"] {
                    try scenario.send(key: Array(decoded[0].utf8), value: order(text, type))
                }
            }
            try scenario.flush()
            let worker = try scenario.run(scenario.configure(), ["--until-end"])
            #expect(try worker.exitCode() == 0, "\(worker.log.suffix(8_000))")
            try scenario.expectEqual()
            try scenario.expectParkedEqual()
            #expect(scenario.fold.parked.count >= 2)
        }

        @Test func `a value of 50 MB is projected, and one of 50 MB that is not JSON is parked`() throws {
            let scenario = try Scenario("huge", partitions: 1, topic: [("max.message.bytes", "64000000")])
            var source = OrderSource(seed: Stage.seed(), orders: 100)
            try scenario.send(500, from: &source)
            // Random letters: what lz4 makes small would not be 50 MB on the way.
            var random = SplitMix64(seed: 1)
            var padding = [UInt8]()
            padding.reserveCapacity(50_000_000)
            while padding.count < 50_000_000 {
                var bits = random.next()
                for _ in 0..<10 {
                    padding.append(UInt8(ascii: "0") + UInt8(bits & 63))
                    bits >>= 6
                }
            }
            padding = padding.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "a") : $0 }
            let good = Array(order("big").dropLast()) + Array(",\"padding\":\"".utf8) + padding + Array("\"}".utf8)
            try scenario.send(key: Array("big".utf8), value: good)
            try scenario.send(key: Array("bad".utf8), value: Array("{\"a\":\"".utf8) + padding)
            try scenario.send(500, from: &source)
            try scenario.flush()
            let configuration = try scenario.configure(
                kafka: ["fetch.message.max.bytes: 64000000", "receive.message.max.bytes: 200000000"])
            let worker = try scenario.run(configuration, ["--until-end"])
            #expect(try worker.exitCode() == 0, "\(worker.log.suffix(4_000))")
            try scenario.expectEqual()
            try scenario.expectParkedEqual()
            #expect(scenario.fold.parked.count == 1)
        }
    }
}
