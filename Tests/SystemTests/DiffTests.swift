import Foundation
import Oracle
import Records
import Testing

extension SystemTests {
    /// `lantern diff`: what a build would change, on real servers while events flow.
    @Suite(.serialized) struct `Diff` {
        private struct Answer: Decodable {
            struct View: Decodable { let same: Int, changed: Int, missing: Int, extra: Int }
            struct Line: Decodable, Hashable {
                let view: String
                let key: String
                let kind: String
            }
            let vector: [String: [String: Int64]]
            let views: [String: View]
            let differences: [Line]
            let unsettled: Int
            let database: Int
        }

        private func answer(_ text: String) throws -> Answer {
            // Log lines are one object a line; the answer is the only one over several.
            let start = try #require(text.firstRange(of: "{\n")?.lowerBound, "\(text)")
            let end = try #require(text.ranges(of: "\n}").last?.upperBound, "\(text)")
            return try JSONDecoder().decode(Answer.self, from: Data(text[start..<end].utf8))
        }

        /// Changes rows of the build, and says what a comparison must find.
        private func plant(_ scenario: Scenario) throws -> Set<[String]> {
            let reader = try scenario.reader(15)
            func keys(_ pattern: String) throws -> [String] {
                guard case .array(let found) = try reader.command("KEYS", pattern) else { return [] }
                return found.compactMap {
                    if case .text(let text) = $0 { String(decoding: text, as: UTF8.self) } else { nil }
                }
                .sorted()
            }
            var planted: Set<[String]> = []
            let orders = try keys("order:*")
            try #require(orders.count > 40)
            for key in orders.prefix(30) {
                _ = try reader.command("HSET", key, "planted", "1")
                planted.insert(["orders.order", key, "changed"])
            }
            for key in orders.suffix(5) {
                _ = try reader.command("UNLINK", key)
                planted.insert(["orders.order", key, "missing"])
            }
            for number in 0..<7 {
                _ = try reader.command("HSET", "order:planted-\(number)", "status", "paid")
                planted.insert(["orders.order", "order:planted-\(number)", "extra"])
            }
            _ = try reader.command("ZADD", "customers:by-revenue", "12345", "nobody")
            planted.insert(["orders.top-customers", "customers:by-revenue", "changed"])
            return planted
        }

        @Test func `planted differences are found exactly, at rest and while events flow, and nothing is changed`()
            throws
        {
            let scenario = try Scenario("diff", partitions: 4)
            var source = OrderSource(seed: Stage.seed(), orders: 300)
            try scenario.send(3_000, from: &source)
            try scenario.flush()
            let live = try scenario.run(scenario.configure())
            try scenario.waitUntilDone(live)
            var projection = scenario.projection
            projection.version = 2
            let path = try scenario.configure("changed", as: projection)
            let none = try scenario.lantern(["diff", "--config", path])
            #expect(none.code == 1 && none.text.contains("lantern rebuild"), "\(none.text)")

            let built = try scenario.lantern(["rebuild", "--config", path, "--until-caught-up"])
            #expect(built.code == 0, "\(built.text)")
            let clean = try scenario.lantern(["diff", "--config", path, "--json"])
            #expect(clean.code == 0, "\(clean.text)")
            let alike = try answer(clean.text)
            #expect(alike.differences.isEmpty && alike.unsettled == 0 && alike.database == 15)
            #expect(alike.vector["orders"]?.values.reduce(0, +) == scenario.sent)
            #expect(alike.views["orders.order"].map { $0.same > 100 } == true, "\(clean.text)")

            let planted = try plant(scenario)
            try expectFound(planted, scenario, path)
            let few = try scenario.lantern(["diff", "--config", path, "--view", "order", "--json"])
            #expect(try few.code == 5 && answer(few.text).views.count == 1, "\(few.text)")

            // Nobody folds the build now: diff does, while events flow.
            var isOver = false
            var rounds = 0
            while !isOver {
                try scenario.send(200, from: &source)
                try scenario.flush()
                rounds += 1
                if rounds == 3 { try expectCounts(planted, scenario, path) }
                isOver = rounds == 6
            }
            try scenario.waitUntilDone(live)
            try scenario.expectEqual()
            #expect(try live.stop() == 0, "\(live.log)")
        }

        @Test func `verify finds what was changed in live, and heals exactly that`() throws {
            let scenario = try Scenario("verify", partitions: 4)
            var source = OrderSource(seed: Stage.seed(), orders: 300)
            try scenario.send(3_000, from: &source)
            try scenario.flush()
            let path = try scenario.configure()
            let live = try scenario.run(path)
            try scenario.waitUntilDone(live)
            let sound = try scenario.lantern(["verify", "--config", path, "--json"])
            #expect(sound.code == 0, "\(sound.text)")

            let some = try scenario.lantern(["verify", "--config", path, "--sample", "1/4", "--json"])
            #expect(some.code == 0, "\(some.text)")
            let (whole, part) = (
                try answer(sound.text).views["orders.order"], try answer(some.text).views["orders.order"]
            )
            #expect(part.map { $0.same > 0 && $0.same * 2 < whole?.same ?? 0 } == true, "\(some.text)")

            let reader = try scenario.reader()
            _ = try reader.command("HSET", "order:planted", "status", "paid")
            _ = try reader.command("ZADD", "customers:by-revenue", "12345", "nobody")
            let found = try scenario.lantern(["verify", "--config", path, "--json"])
            let answer = try answer(found.text)
            #expect(found.code == 5, "\(found.text)")
            #expect(
                Set(answer.differences.map { [$0.view, $0.key, $0.kind] }) == [
                    ["orders.order", "order:planted", "extra"],
                    ["orders.top-customers", "customers:by-revenue", "changed"],
                ])
            // What was found is kept for metrics: two whole comparisons, and a part of one.
            guard case .text(let kept) = try reader.command("HGET", "lantern:orders:about", "verified:order") else {
                Issue.record("nothing is kept of what was verified")
                return
            }
            let rows = try #require(VerifiedRows(text: String(decoding: kept, as: UTF8.self)))
            let same = (whole?.same ?? 0) + (part?.same ?? 0) + (answer.views["orders.order"]?.same ?? 0)
            #expect(rows.same == Int64(same) && rows.different == 1 && rows.at > 0, "\(rows)")
            let healed = try scenario.lantern(["verify", "--config", path, "--heal"])
            #expect(healed.code == 5 && healed.text.contains("2 rows of live"), "\(healed.text)")
            try scenario.expectEqual()
            let history = try scenario.lantern(["history", "--config", path])
            #expect(history.text.contains("2 rows of live made what the log says"), "\(history.text)")
            #expect(try scenario.reader(15).command("DBSIZE") == .integer(0))
            try scenario.send(300, from: &source)
            try scenario.flush()
            try scenario.waitUntilDone(live)
            try scenario.expectEqual()
            #expect(try live.stop() == 0, "\(live.log)")
        }

        private func expectFound(_ planted: Set<[String]>, _ scenario: Scenario, _ path: String) throws {
            let output = scenario.folder.appendingPathComponent("differences.jsonl").path
            let result = try scenario.lantern(["diff", "--config", path, "--output", output, "--json"])
            #expect(result.code == 5, "\(result.text)")
            let answer = try answer(result.text)
            // Twenty rows a view are shown, all of them are in the file.
            #expect(Set(answer.differences.filter { $0.view == "orders.order" }.map(\.key)).count == 20)
            let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
            let found = try Set(
                lines.map { line in
                    let line = try JSONDecoder().decode(Answer.Line.self, from: Data(line.utf8))
                    return [line.view, line.key, line.kind]
                })
            #expect(found == planted)
            let order = try #require(answer.views["orders.order"])
            #expect(order.changed == 30 && order.missing == 5 && order.extra == 7)
            #expect(answer.unsettled == 0)
        }

        /// Rows may be overwritten by now; those that no event touches are all still there.
        private func expectCounts(_ planted: Set<[String]>, _ scenario: Scenario, _ path: String) throws {
            let output = scenario.folder.appendingPathComponent("moving.jsonl").path
            let result = try scenario.lantern(["diff", "--config", path, "--output", output, "--json"])
            #expect(result.code == 5, "\(result.text)")
            let answer = try answer(result.text)
            #expect(answer.unsettled == 0, "\(result.text)")
            let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
            var found: Set<[String]> = []
            for line in lines {
                let line = try JSONDecoder().decode(Answer.Line.self, from: Data(line.utf8))
                found.insert([line.view, line.key])
            }
            let expected = Set(planted.map { Array($0.prefix(2)) })
            #expect(found.isSubset(of: expected), "\(found.subtracting(expected))")
            #expect(found.filter { $0[1].contains("planted") }.count == 7)
        }
    }
}
