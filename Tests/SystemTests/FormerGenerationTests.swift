import Foundation
import Kafka
import Oracle
import Projections
import Records
import Testing

extension SystemTests {
    /// What was live before a promotion, and its consumer group.
    @Suite(.serialized) struct `Former generations` {
        private func changed(_ scenario: Scenario, version: Int) -> OracleProjection {
            var projection = scenario.projection
            projection.version = version
            return projection
        }

        private func group(_ scenario: Scenario, _ database: Int) throws -> String {
            guard
                case .text(let text) = try scenario.reader(database).command(
                    "GET", KeySpace(projection: "orders").generation),
                let record = GenerationRecord(text: String(decoding: text, as: UTF8.self))
            else { return "" }
            return "lantern-orders-\(record.number)-\(record.identifier)"
        }

        /// Whether Kafka has the group; it does not have it afterwards.
        private func wasThere(_ group: String, _ scenario: Scenario) throws -> Bool {
            var admin = try Admin(properties: [("bootstrap.servers", scenario.servers)], clientID: "system-tests")
            return try admin.deleteGroup(group, timeoutMilliseconds: 60_000)
        }

        @Test func `a worker drops the former one when its time is over, with its group in Kafka; what is live stays`()
            throws
        {
            let scenario = try Scenario("former", partitions: 2)
            var source = OrderSource(seed: Stage.seed(), orders: 50)
            try scenario.send(300, from: &source)
            try scenario.flush()
            // Members of a group: it has committed offsets.
            #expect(try scenario.run(scenario.configure(worker: "{ lanes: 1 }"), ["--until-end"]).exitCode() == 0)
            let projection = changed(scenario, version: 2)
            let path = try scenario.configure("changed", worker: "{ keep-previous: 1s }", as: projection)
            let built = try scenario.lantern(["rebuild", "--config", path, "--promote", "auto"])
            try #require(built.code == 0, "\(built.text)")
            let former = try group(scenario, 15)
            let worker = try scenario.run(path)
            let isDropped = eventually(within: 180) {
                (try? scenario.reader(15).command("DBSIZE")) == .integer(0) || !worker.isRunning
            }
            #expect(isDropped && worker.waitForLog("dropped the former generation"), "\(worker.log)")
            let history = try scenario.lantern(["history", "--config", path])
            #expect(history.text.contains("dropped orders 1 in database 15"), "\(history.text)")
            try scenario.send(100, from: &source)
            try scenario.flush()
            try scenario.waitUntilDone(worker)
            #expect(try scenario.differences(0, as: projection) == [])
            let back = try scenario.lantern(["rollback", "--config", path])
            #expect(back.code == 1 && back.text.contains("It was dropped"), "\(back.text)")
            #expect(try worker.stop() == 0, "\(worker.log)")
            #expect(try !wasThere(former, scenario) && !worker.log.contains("stays"), "\(worker.log)")
        }

        @Test func `a build without an empty database takes the former one's, and drop leaves what is nobody's`() throws
        {
            let scenario = try Scenario("room", partitions: 2)
            var source = OrderSource(seed: Stage.seed(), orders: 50)
            try scenario.send(300, from: &source)
            try scenario.flush()
            #expect(try scenario.run(scenario.configure(), ["--until-end"]).exitCode() == 0)
            let second = try scenario.configure("second", spare: [15], as: changed(scenario, version: 2))
            let built = try scenario.lantern(["rebuild", "--config", second, "--promote", "auto"])
            try #require(built.code == 0, "\(built.text)")
            let back = try scenario.lantern(["rollback", "--config", second])
            #expect(back.code == 0 && back.text.contains("no worker folds orders 1"), "\(back.text)")
            #expect(back.text.contains("the file in which orders has version 1"), "\(back.text)")
            let third = try scenario.configure("third", spare: [15], as: changed(scenario, version: 3))
            let plan = try scenario.lantern(["plan", "--config", third])
            #expect(plan.code == 0 && plan.text.contains("(orders 2 in database 15)"), "\(plan.text)")
            let again = try scenario.lantern(["rebuild", "--config", third, "--until-caught-up"])
            #expect(again.code == 0 && again.text.contains("dropped orders 2 in database 15"), "\(again.text)")
            #expect(try scenario.differences(15, as: changed(scenario, version: 3)) == [])

            _ = try scenario.reader(15).command("SET", "mine", "x")
            let group = try group(scenario, 15)
            let dropped = try scenario.lantern(["drop", "--config", third, "--yes", "--json"])
            #expect(dropped.code == 0, "\(dropped.text)")
            for words in ["\"groupDeleted\" : true", "\"foreign\" : 1", "\"mine\""] {
                #expect(dropped.text.contains(words), "\(dropped.text)")
            }
            #expect(try !wasThere(group, scenario))
            #expect(try scenario.reader(15).command("DBSIZE") == .integer(1))
        }
    }
}
