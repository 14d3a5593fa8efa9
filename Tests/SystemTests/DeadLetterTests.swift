import Bytes
import Foundation
import Kafka
import Oracle
import Testing

extension SystemTests {
    /// A dead-letter topic over a rebuild, a promotion and a rollback under load, with workers of both definitions alive.
    @Suite(.serialized) struct `Dead letters over a switch` {
        /// Events with a number that no definition takes, or that only the former one takes; each under a key of its own.
        private final class Sender {
            let scenario: Scenario
            private var count = 0

            init(_ scenario: Scenario) { self.scenario = scenario }

            /// The keys of `count` events whose total has so many digits behind the point.
            func send(_ count: Int, digits: Int) throws -> Set<String> {
                var keys: Set<String> = []
                for _ in 0..<count {
                    self.count += 1
                    let key = "bad-\(self.count)"
                    let total = "1." + String(repeating: "1", count: digits)
                    let value =
                        #"{"type":"OrderPaid","orderId":"\#(key)","customerId":"c","total":\#(total),"at":"2026-01-01T00:00:00Z"}"#
                    try scenario.send(key: Array(key.utf8), value: Array(value.utf8))
                    keys.insert(key)
                }
                return keys
            }
        }

        private func configure(
            _ name: String, _ projection: OracleProjection, _ scenario: Scenario, dead: String
        ) throws -> String {
            let path = try scenario.configure(name, as: projection)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let changed = text.replacing("    on-error: skip\n", with: "    on-error: { dead-letter: \(dead) }\n")
            try #require(changed != text)
            try changed.write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        /// The keys of all that was produced to it.
        private func keys(in topic: String, _ scenario: Scenario) throws -> [String] {
            var admin = try Admin(properties: [("bootstrap.servers", scenario.servers)], clientID: "system-tests")
            let range = try #require(
                try admin.ranges(topic: topic, partitions: [0], timeoutMilliseconds: 60_000).first)
            var keys: [String] = []
            for offset in range.low..<range.end {
                let place = RecordPlace(topic: topic, partition: 0, offset: offset)
                _ = admin.records(at: [place], timeoutMilliseconds: 60_000) { _, record in
                    keys.append(String(decoding: record.key?.array ?? [], as: UTF8.self))
                }
            }
            try #require(keys.count == Int(range.end - range.low))
            return keys
        }

        @Test func `each bad event is there that was live, and none that only a build saw`() throws {
            let scenario = try Scenario("dead-switch", partitions: 4)
            let dead = "\(scenario.topic)-dead"
            var admin = try Admin(properties: [("bootstrap.servers", scenario.servers)], clientID: "system-tests")
            try admin.createTopic(dead, partitions: 1, settings: [], timeoutMilliseconds: 60_000)
            // The former definition takes three digits behind the point, the new one two.
            var (former, new) = (scenario.changedProjection(), scenario.projection)
            former.views.removeLast(former.views.count - 2)
            (former.version, new.version) = (1, 2)
            (former.onError, new.onError) = (.skip, .skip)
            let sender = Sender(scenario)
            var source = OrderSource(seed: Stage.seed(), orders: 200)
            var owed: Set<String> = []
            var onlyNew: Set<String> = []
            func round() throws {
                owed.formUnion(try sender.send(3, digits: 4))
                try scenario.send(200, from: &source)
                try scenario.flush()
            }

            try round()
            onlyNew.formUnion(try sender.send(3, digits: 3))
            try round()
            let old = try scenario.run(configure("former", former, scenario, dead: dead))
            try scenario.waitUntilDone(old)
            let path = try configure("new", new, scenario, dead: dead)
            let built = try scenario.lantern(["rebuild", "--config", path, "--until-caught-up"])
            try #require(built.code == 0, "\(built.text)")
            let young = try scenario.run(path)
            try round()
            for (command, isNew) in [("promote", true), ("rollback", false)] {
                let switching = try WorkerProcess(
                    [command, "--config", path, "--json"],
                    logPath: scenario.folder.appendingPathComponent("\(command).log").path)
                while switching.isRunning { try round() }
                try #require(try switching.exitCode() == 0, "\(switching.log)")
                let worker = isNew ? young : old
                try scenario.waitUntilDone(worker)
                // From here on they are bad, or not, for whoever is live now.
                let keys = try sender.send(3, digits: 3)
                if isNew { owed.formUnion(keys) } else { onlyNew.formUnion(keys) }
                try round()
                try scenario.waitUntilDone(worker)
            }
            #expect(try scenario.differences(0, as: former) == [])
            #expect(try young.stop() == 0, "\(young.log)")
            #expect(try old.stop() == 0, "\(old.log)")

            let found = try keys(in: dead, scenario)
            #expect(owed.subtracting(found) == [], "bad for what was live, and not there")
            #expect(onlyNew.intersection(found) == [], "bad for a build alone, and there")
            Stage.figure("\(owed.count) bad events over a promotion and a rollback: \(found.count) dead letters")
        }
    }
}
