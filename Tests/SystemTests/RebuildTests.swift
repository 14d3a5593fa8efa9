import Foundation
import Oracle
import Testing

extension SystemTests {
    /// `lantern rebuild`: the new definition's rows in a spare database, while the old ones are live.
    @Suite(.serialized) struct `Rebuild` {
        private func scenario(_ name: String, events: Int) throws -> Scenario {
            let scenario = try Scenario(name, partitions: 4)
            var source = OrderSource(seed: Stage.seed(), orders: 300)
            try scenario.send(events, from: &source)
            try scenario.flush()
            return scenario
        }

        @Test func `a changed definition is built beside the live views, and nothing of them changes`() throws {
            let scenario = try scenario("rebuild", events: 5_000)
            #expect(try scenario.run(scenario.configure(), ["--until-end"]).exitCode() == 0)
            try scenario.expectEqual()
            let projection = scenario.changedProjection()
            let path = try scenario.configure("changed", as: projection)
            let idle = try scenario.run(path, ["--until-end"])
            #expect(try idle.exitCode() == 4 && idle.log.contains("lantern rebuild"), "\(idle.log)")

            let built = try scenario.lantern(["rebuild", "--config", path, "--until-caught-up", "--json"])
            #expect(built.code == 0, "\(built.text)")
            for words in ["\"event\":\"started\"", "\"event\":\"caught-up\"", "\"database\":15"] {
                #expect(built.text.contains(words), "\(built.text)")
            }
            #expect(try scenario.differences(15, as: projection) == [])
            #expect(scenario.passed(15) == scenario.sent)
            try scenario.expectEqual()

            let status = try scenario.lantern(["status", "--config", path, "--json"])
            #expect(status.text.contains("\"live\" : true") && status.text.contains("\"isThisVersion\" : true"))
            let told = try scenario.lantern(["status", "--config", path])
            #expect(
                told.text.contains("beside it, in database 15: generation 2, open, this file's version"),
                "\(told.text)")

            let again = try scenario.lantern(["rebuild", "--config", path, "--until-caught-up"])
            #expect(again.code == 0 && again.text.contains("joining the build in database 15"), "\(again.text)")
            #expect(try scenario.differences(15, as: projection) == [])
            let aborted = try scenario.lantern(["rebuild", "--config", path, "--abort"])
            #expect(aborted.code == 0 && aborted.text.contains("was removed"), "\(aborted.text)")
            #expect(try scenario.reader(15).command("DBSIZE") == .integer(0))
            try scenario.expectEqual()
            let none = try scenario.lantern(["rebuild", "--config", path, "--abort"])
            #expect(none.code == 0 && none.text.contains("there is no build"), "\(none.text)")
        }

        @Test func `a build that is killed goes on, and follows the live views while events flow`() throws {
            let scenario = try scenario("follow", events: 3_000)
            let live = try scenario.run(scenario.configure())
            try scenario.waitUntilDone(live)
            let projection = scenario.changedProjection()
            let path = try scenario.configure("changed", as: projection)
            func rebuild() throws -> WorkerProcess {
                try WorkerProcess(
                    ["rebuild", "--config", path],
                    logPath: scenario.folder.appendingPathComponent("rebuild-\(UInt32.random(in: 0...(.max))).log").path
                )
            }
            let first = try rebuild()
            #expect(eventually(within: 180) { scenario.passed(15) > 0 || !first.isRunning }, "\(first.log)")
            first.kill()
            let second = try rebuild()
            var source = OrderSource(seed: Stage.seed(), orders: 300)
            for _ in 0..<10 {
                try scenario.send(300, from: &source)
                try scenario.flush()
            }
            try scenario.waitUntilDone(live)
            let isThere = eventually(within: 180) { scenario.passed(15) == scenario.sent || !second.isRunning }
            #expect(isThere && second.isRunning, "\(scenario.passed(15)) of \(scenario.sent): \(second.log)")
            #expect(try scenario.differences(15, as: projection) == [])
            try scenario.expectEqual()
            // The live side goes on alone once the builder has stopped: the build stays behind, and is open.
            #expect(try second.stop() == 1)
            #expect(second.log.contains("the build stays in database 15"), "\(second.log)")
            #expect(try live.stop() == 0, "\(live.log)")
        }

        @Test func `the rate of a build is changed while it runs, and one that resumes obeys`() throws {
            let scenario = try scenario("rate", events: 20_000)
            #expect(try scenario.run(scenario.configure(), ["--until-end"]).exitCode() == 0)
            let projection = scenario.changedProjection()
            let path = try scenario.configure("changed", as: projection)
            let none = try scenario.lantern(["rebuild", "--config", path, "--set-rate", "5"])
            #expect(none.code == 1 && none.text.contains("there is no build"), "\(none.text)")
            func rebuild(_ name: String, _ options: [String]) throws -> WorkerProcess {
                try WorkerProcess(
                    ["rebuild", "--config", path, "--until-caught-up", "--json"] + options,
                    logPath: scenario.folder.appendingPathComponent("\(name).log").path)
            }
            // At this rate it would take hours.
            let first = try rebuild("first", ["--max-rate", "2"])
            #expect(first.waitForLog("\"reason\":\"limited to 2 events/s\""), "\(first.log)")
            first.kill()
            let second = try rebuild("second", [])
            #expect(second.waitForLog("\"reason\":\"limited to 2 events/s\""), "\(second.log)")
            let faster = try scenario.lantern(["rebuild", "--config", path, "--set-rate", "3", "--json"])
            #expect(faster.code == 0 && faster.text.contains("\"event\":\"rate-set\""), "\(faster.text)")
            #expect(second.waitForLog("\"reason\":\"limited to 3 events/s\""), "\(second.log)")
            #expect(scenario.passed(15) < scenario.sent / 2)
            let free = try scenario.lantern(["rebuild", "--config", path, "--set-rate", "unlimited"])
            #expect(free.code == 0 && free.text.contains("no limit"), "\(free.text)")
            #expect(try second.exitCode() == 0, "\(second.log)")
            #expect(try scenario.differences(15, as: projection) == [])
        }

        @Test func `a build as of then is the fold of the log up to there, and is read with get`() throws {
            let scenario = try scenario("until", events: 2_000)
            let stops = scenario.written
            var source = OrderSource(seed: Stage.seed(), orders: 300)
            try scenario.send(1_000, from: &source)
            try scenario.flush()
            let path = try scenario.configure()
            #expect(try scenario.run(path, ["--until-end"]).exitCode() == 0)
            let until = stops.enumerated().map { "\(scenario.topic):\($0.offset):\($0.element)" }.joined(separator: ",")
            let built = try scenario.lantern(["rebuild", "--config", path, "--until", until, "--json"])
            #expect(built.code == 0 && built.text.contains("\"event\":\"caught-up\""), "\(built.text)")
            #expect(scenario.passed(15) == stops.reduce(0, +))
            let fold = try scenario.fold(as: scenario.projection) { $0.offset < stops[$0.partition] }
            let now = Int(Date().timeIntervalSince1970 * 1_000)
            #expect(try OracleDump(scenario.reader(15)).compare(with: fold.model, now: now) == [])
            let row = try scenario.lantern(["get", "--config", path, "orders", "top-customers", "--database", "15"])
            #expect(row.code == 0 && row.text.contains("customers:by-revenue"), "\(row.text)")
            // It never comes to where live is: a comparison would wait for ever.
            let diff = try scenario.lantern(["diff", "--config", path])
            #expect(diff.code == 1 && diff.text.contains("database 15 (stops at a point of the log)"), "\(diff.text)")
            try scenario.expectEqual()
        }

        @Test func `a build that promotes itself is live, and the former views are beside it`() throws {
            let scenario = try scenario("auto", events: 2_000)
            let live = try scenario.run(scenario.configure())
            try scenario.waitUntilDone(live)
            var projection = scenario.projection
            projection.version = 2
            projection.views[0].key = OracleTemplate([.literal("order-v2:"), .placeholder(.path("orderId"))])
            let path = try scenario.configure("changed", as: projection)
            let built = try scenario.lantern(["rebuild", "--config", path, "--promote", "auto", "--json"])
            #expect(built.code == 0 && built.text.contains("\"event\":\"promoted\""), "\(built.text)")
            #expect(try scenario.differences(0, as: projection) == [])
            #expect(try scenario.differences(15, as: scenario.projection) == [])
            let worker = try scenario.run(path)
            var source = OrderSource(seed: Stage.seed(), orders: 300)
            try scenario.send(500, from: &source)
            try scenario.flush()
            try scenario.waitUntilDone(worker)
            #expect(try scenario.differences(0, as: projection) == [])
            #expect(try worker.stop() == 0, "\(worker.log)")
            _ = try live.stop()
        }

        @Test func `a worker that may promote what it builds does so`() throws {
            let scenario = try scenario("unattended", events: 2_000)
            #expect(try scenario.run(scenario.configure(), ["--until-end"]).exitCode() == 0)
            var projection = scenario.projection
            projection.version = 2
            projection.views[0].key = OracleTemplate([.literal("order-v2:"), .placeholder(.path("orderId"))])
            let path = try scenario.configure("changed", worker: "{ on-change: promote }", as: projection)
            let worker = try scenario.run(path)
            #expect(worker.waitForLog("\"message\":\"promoted\""), "\(worker.log)")
            #expect(try scenario.differences(0, as: projection) == [])
            var source = OrderSource(seed: Stage.seed(), orders: 300)
            try scenario.send(500, from: &source)
            try scenario.flush()
            try scenario.waitUntilDone(worker)
            #expect(try scenario.differences(0, as: projection) == [])
            #expect(try worker.stop() == 0, "\(worker.log)")
        }

        @Test func `a projection that is not live has nothing to be built beside`() throws {
            let scenario = try scenario("refused", events: 100)
            let path = try scenario.configure("changed", as: scenario.changedProjection())
            let early = try scenario.lantern(["rebuild", "--config", path])
            #expect(early.code == 1 && early.text.contains("nothing to build beside"), "\(early.text)")
        }
    }
}
