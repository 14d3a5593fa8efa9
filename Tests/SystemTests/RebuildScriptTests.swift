import ChildProcess
import Foundation
import Oracle
import Testing

extension SystemTests {
    /// What an operator runs to deploy a changed file.
    @Suite(.serialized) struct `The script rebuild-projection` {
        private func changed(_ scenario: Scenario) -> OracleProjection {
            var projection = scenario.projection
            projection.version = 2
            projection.views[0].key = OracleTemplate([.literal("order-v2:"), .placeholder(.path("orderId"))])
            return projection
        }

        /// Runs the script without a terminal.
        private func script(_ arguments: [String]) throws -> (text: String, code: Int32) {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["bash", root.appending(path: "scripts/rebuild-projection").path] + arguments
            process.environment = Stage.environment.merging(["LANTERN": Stage.binary.path]) { $1 }
            return try process.finish()
        }

        @Test func `a changed file is built, compared and switched, and the way back works`() throws {
            let scenario = try Scenario("script", partitions: 4)
            var source = OrderSource(seed: Stage.seed(), orders: 300)
            try scenario.send(3_000, from: &source)
            try scenario.flush()
            let old = try scenario.run(scenario.configure())
            try scenario.waitUntilDone(old)
            let same = try script(["--config", scenario.configure(), "--yes"])
            #expect(same.code == 0 && same.text.contains("Nothing to do"), "\(same.text)")

            let projection = changed(scenario)
            let path = try scenario.configure("changed", as: projection)
            let asked = try script(["--config", path])
            #expect(asked.code == 2, "\(asked.text)")
            #expect(asked.text.contains("not confirmed: nothing was switched, and the build stays"), "\(asked.text)")
            try scenario.expectEqual()
            #expect(try scenario.differences(15, as: projection) == [])

            try scenario.send(500, from: &source)
            try scenario.flush()
            let done = try script(["--config", path, "--yes", "--max-rate", "100000"])
            try #require(done.code == 0, "\(done.text) \(old.log)")
            #expect(done.text.contains("lantern rollback --config \(path)"), "\(done.text)")
            let new = try scenario.run(path)
            try scenario.waitUntilDone(new)
            #expect(try scenario.differences(0, as: projection) == [])

            let back = try scenario.lantern(["rollback", "--config", path])
            #expect(back.code == 0 && !back.text.contains("no worker folds"), "\(back.text)")
            try scenario.waitUntilDone(old)
            try scenario.expectEqual()
            #expect(try old.stop() == 0 && new.stop() == 0, "\(old.log) \(new.log)")
        }

        @Test func `options that do not lead to a switch are refused, and so is a file that is wrong`() throws {
            #expect(try script(["--yes"]).code == 2)
            let until = try script(["--config", "x.yaml", "--until", "2026-11-25T10:00:00Z"])
            #expect(until.code == 2 && until.text.contains("--until does not go with this script"), "\(until.text)")
            let missing = try script(["--config", "/nowhere/x.yaml", "--yes"])
            #expect(missing.code == 2 && missing.text.contains("nothing was changed"), "\(missing.text)")
        }
    }
}
