import Foundation
import Oracle
import Testing

extension SystemTests {
    /// Whatever changes something leaves a line, and a promotion neither loses one nor doubles it.
    @Suite(.serialized) struct `History` {
        private struct Line: Decodable {
            let time: Int64
            let database: Int
            let who: String
            let command: String
            let result: String
            let exitCode: Int32
        }

        private func lines(_ scenario: Scenario, _ path: String) throws -> [Line] {
            let answer = try scenario.lantern(["history", "--config", path, "--json"])
            #expect(answer.code == 0, "\(answer.text)")
            return try JSONDecoder().decode([Line].self, from: Data(answer.text.utf8))
        }

        @Test func `every command that changes something is there once, in order, over a promotion and the way back`()
            throws
        {
            let scenario = try Scenario("history", partitions: 1)
            var source = OrderSource(seed: Stage.seed(), orders: 50)
            try scenario.send(200, from: &source)
            let bad = try scenario.send(key: Array("bad".utf8), value: Array("{\"type\":\"OrderPaid\"}".utf8)).event
            try scenario.flush()
            let path = try scenario.configure()
            #expect(try scenario.run(path, ["--until-end"]).exitCode() == 0)
            #expect(try lines(scenario, path).isEmpty)
            #expect(try scenario.run(path, ["--until-end", "--fresh", "orders", "--yes"]).exitCode() == 0)
            let worker = try scenario.run(path)
            var projection = scenario.projection
            projection.version = 2
            let changed = try scenario.configure("changed", as: projection)
            let place = "\(scenario.topic):0:\(bad.offset)"
            let steps = [
                ["parked", "skip", "--config", path, "orders", place],
                ["rebuild", "--config", changed, "--until-caught-up", "--max-rate", "1_000_000"],
                ["rebuild", "--config", changed, "--set-rate", "unlimited"],
                ["promote", "--config", changed, "--drain", "30s"],
                ["rollback", "--config", changed, "--drain", "30s"],
                ["drop", "--config", changed, "--yes"],
            ]
            for step in steps {
                let answer = try scenario.lantern(step)
                try #require(answer.code == 0, "\(step): \(answer.text) \(worker.log)")
            }
            let found = try lines(scenario, changed)
            let expected = [["run", "--config", path, "--until-end", "--fresh", "orders", "--yes"]] + steps
            #expect(found.map(\.command) == expected.reversed().map { "lantern \($0.joined(separator: " "))" })
            let results = [
                "dropped orders generation 3 in database 15", "live: orders 3 to 2", "live: orders 2 to 3",
                "the build orders 3 in database 15: no limit", "building orders 3 in database 15",
                "orders, \(place): done", "orders: removed, and generation 2 begun in its place",
            ]
            for (line, result) in zip(found, results) { #expect(line.result.hasPrefix(result), "\(line)") }
            #expect(found.allSatisfy { $0.who.contains("@") && $0.exitCode == 0 && $0.database == 0 })
            #expect(found.map(\.time) == found.map(\.time).sorted(by: >))
            let table = try scenario.lantern(["history", "--config", changed, "--limit", "2"])
            #expect(table.text.split(separator: "\n").count == 3 && table.text.contains("live: orders 3 to 2"))
            #expect(try worker.stop() == 0, "\(worker.log)")
        }
    }
}
