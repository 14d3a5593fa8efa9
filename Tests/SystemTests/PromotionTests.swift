import Foundation
import Oracle
import Records
import RedisServer
import Testing

extension SystemTests {
    /// `lantern promote` and `rollback` under load, with workers of both definitions alive and readers that look all the
    /// while.
    @Suite(.serialized) struct `Promoted` {
        /// An order that no event deletes, with its customer.
        private func scenario(_ name: String, events: Int) throws -> Scenario {
            let scenario = try Scenario(name, partitions: 4)
            for type in ["OrderPlaced", "OrderPaid"] {
                let value =
                    #"{"type":"\#(type)","orderId":"keep","customerId":"keeper","total":1.50,"at":"2026-01-01T00:00:00Z"}"#
                try scenario.send(key: Array("keep".utf8), value: Array(value.utf8))
            }
            var source = OrderSource(seed: Stage.seed(), orders: 300)
            try scenario.send(events, from: &source)
            try scenario.flush()
            return scenario
        }

        private func reader(_ scenario: Scenario) -> SnapshotReader {
            SnapshotReader(
                scenario.redis.socketPath,
                [
                    ["EXISTS", "order:keep"], ["HEXISTS", "customer-revenue:keeper", "cents"],
                    ["EXISTS", "order-v2:keep"], ["HEXISTS", "customer-revenue:keeper", "tenths"],
                ],
                allowed: [
                    [.integer(1), .integer(1), .integer(0), .integer(0)],
                    [.integer(0), .integer(0), .integer(1), .integer(1)],
                ])
        }

        /// Runs a command while events flow; its answer.
        private func underLoad(_ arguments: [String], _ scenario: Scenario, _ source: inout OrderSource) throws
            -> (text: String, code: Int32)
        {
            let process = try WorkerProcess(
                arguments,
                logPath: scenario.folder.appendingPathComponent("load-\(UInt32.random(in: 0...(.max))).log").path)
            while process.isRunning {
                try scenario.send(20, from: &source)
                try scenario.flush()
                usleep(50_000)
            }
            return (process.log, try process.exitCode())
        }

        private func pause(_ answer: String) -> String {
            answer.firstMatch(of: #/"pauseMilliseconds" : (\d+)/#).map { String($0.1) } ?? "?"
        }

        @Test
        func `promoted under load, taken back and promoted again: readers see one definition whole at each moment`()
            throws
        {
            let scenario = try scenario("promote", events: 3_000)
            let old = try scenario.run(scenario.configure())
            try scenario.waitUntilDone(old)
            let projection = scenario.changedProjection()
            let path = try scenario.configure("changed", as: projection)
            let built = try scenario.lantern(["rebuild", "--config", path, "--until-caught-up"])
            try #require(built.code == 0, "\(built.text)")
            let new = try scenario.run(path)
            let trial = try scenario.lantern(["promote", "--config", path, "--dry-run", "--json"])
            #expect(trial.code == 0 && trial.text.contains("\"swapped\" : false"), "\(trial.text)")

            var source = OrderSource(seed: Stage.seed(), orders: 300)
            let reader = reader(scenario)
            for (command, isNew) in [("promote", true), ("rollback", false), ("promote --keep-current 1s", true)] {
                let words = command.split(separator: " ").map(String.init)
                let (text, code) = try underLoad(words + ["--config", path, "--json"], scenario, &source)
                try #require(code == 0 && text.contains("\"swapped\" : true"), "\(text) \(old.log) \(new.log)")
                Stage.figure("\(command): live stood for \(pause(text)) ms")
                try scenario.waitUntilDone(isNew ? new : old)
                if isNew {
                    #expect(try scenario.differences(0, as: projection) == [])
                } else {
                    try scenario.expectEqual()
                }
            }
            let seen = reader.stop()
            #expect(seen.violations == [] && seen.changes == 3, "\(seen)")
            Stage.figure("a reader looked \(seen.looks) times over three exchanges")
            // The build, and each of the three.
            #expect(try scenario.reader().command("LLEN", KeySpace.history) == .integer(4))
            #expect(new.isRunning && old.isRunning, "\(new.log) \(old.log)")
            #expect(try old.stop() == 0, "\(old.log)")

            let listed = try scenario.lantern(["generations", "--config", path, "--json"])
            #expect(listed.text.contains("\"live\" : true") && listed.text.contains("\"number\" : 2"), "\(listed.text)")
            let dropped = try scenario.lantern(["drop", "--config", path, "--yes"])
            #expect(dropped.code == 0 && dropped.text.contains("dropped in database 15"), "\(dropped.text)")
            #expect(try scenario.reader(15).command("DBSIZE") == .integer(0))
            #expect(try new.stop() == 0, "\(new.log)")
            #expect(try scenario.differences(0, as: projection) == [])
        }

        @Test func `what must not be promoted is refused with its reason, and nothing stands`() throws {
            let scenario = try scenario("refused", events: 200)
            #expect(try scenario.run(scenario.configure(), ["--until-end"]).exitCode() == 0)
            let path = try scenario.configure("changed", as: scenario.changedProjection())
            let unchanged = try scenario.lantern(["plan", "--config", scenario.configure(), "--json"])
            #expect(unchanged.code == 0 && unchanged.text.contains("\"changed\" : false"), "\(unchanged.text)")
            let plan = try scenario.lantern(["plan", "--config", path])
            #expect(plan.code == 0 && plan.text.contains("a build would read 202 events"), "\(plan.text)")
            for words in ["order: changed", "customer-revenue: changed", "orders-per-minute: removed"] {
                #expect(plan.text.contains(words), "\(plan.text)")
            }
            #expect(!plan.text.contains("latest-orders"), "\(plan.text)")
            let none = try scenario.lantern(["promote", "--config", path])
            #expect(none.code == 1 && none.text.contains("Start one with `lantern rebuild`"), "\(none.text)")
            let back = try scenario.lantern(["rollback", "--config", path])
            #expect(back.code == 1 && back.text.contains("nothing was ever promoted"), "\(back.text)")
            let built = try scenario.lantern(["rebuild", "--config", path, "--until-caught-up"])
            try #require(built.code == 0, "\(built.text)")
            let live = try scenario.lantern(["promote", "--config", scenario.configure()])
            #expect(live.code == 1 && live.text.contains("is live already"), "\(live.text)")
            _ = try scenario.reader().command("SET", "session:1", "x")
            let planned = try scenario.lantern(["plan", "--config", path])
            #expect(planned.code == 0 && planned.text.contains("already, in database 15"), "\(planned.text)")
            let foreign = try scenario.lantern(["promote", "--config", path, "--json"])
            #expect(foreign.code == 1 && foreign.text.contains("\"guard\" : \"foreign-keys\""), "\(foreign.text)")
            _ = try scenario.reader().command("DEL", "session:1")
            guard case .array(let rows) = try scenario.reader(15).command("KEYS", "order-v2:*") else { return }
            for case .text(let key) in rows.dropFirst(20) {
                _ = try scenario.reader(15).pipeline([[Array("DEL".utf8), key]])
            }
            let shrunk = try scenario.lantern(["promote", "--config", path])
            #expect(shrunk.code == 1 && shrunk.text.contains("--accept-shrink orders.order"), "\(shrunk.text)")
            try scenario.expectEqual()
        }
    }
}
