import Kafka
import Oracle
import Projections
import Records
import RedisServer
import Testing

extension SystemTests {
    /// What a real broker refuses of a group, and what becomes of a worker whose keys are removed.
    @Suite(.serialized) struct `A worker that cannot go on says so` {
        private func scenario(_ name: String) throws -> Scenario {
            let scenario = try Scenario(name, partitions: 2)
            var source = OrderSource(seed: Stage.seed(), orders: 20)
            try scenario.send(20, from: &source)
            try scenario.flush()
            return scenario
        }

        /// What is left of a note for `status`, in milliseconds; 0 without one.
        private func patience(_ scenario: Scenario) throws -> Int64 {
            let key = KeySpace(projection: scenario.projection.name).blocked
            guard case .integer(let left) = try scenario.reader().command("PTTL", key) else { return 0 }
            return max(0, Int64(left))
        }

        /// It is tried three times, for each of which the note gets its whole time again, and said once.
        private func expectMissedOnce(_ worker: WorkerProcess, _ scenario: Scenario) throws {
            var attempts = 0
            var last: Int64 = 0
            let isTried = try eventually(within: 120) {
                let left = try patience(scenario)
                if left > last { attempts += 1 }
                last = left
                return attempts >= 3
            }
            #expect(isTried, "\(worker.log)")
            #expect(worker.lines("the generation changed").count == 1, "\(worker.log)")
            #expect(worker.lines("it does not run").count == 1, "\(worker.log)")
        }

        @Test func `a session time-out that the broker does not accept ends a bounded run and is shown`() throws {
            let scenario = try scenario("session")
            let path = try scenario.configure(kafka: ["session.timeout.ms: 3500"], worker: "{}")
            let worker = try scenario.run(path, ["--until-end"])
            #expect(try worker.exitCode() == 3, "\(worker.log)")
            #expect(worker.log.contains("group.min.session.timeout.ms"), "\(worker.log)")
            let running = try scenario.run(path)
            #expect(running.waitForLog("does not accept this session.timeout.ms"))
            let status = try scenario.lantern(["status", "--config", path])
            #expect(status.code == 3 && status.text.contains("session.timeout.ms"), "\(status.text)")
            #expect(try running.stop() != 0)
        }

        @Test func `a member among others with another assignor ends a bounded run and is shown`() throws {
            let scenario = try scenario("assignors")
            let first = try scenario.run(
                try scenario.configure("first", kafka: ["partition.assignment.strategy: roundrobin"], worker: "{}"))
            try scenario.waitUntilDone(first)
            let path = try scenario.configure("second", kafka: ["partition.assignment.strategy: range"], worker: "{}")
            let second = try scenario.run(path, ["--until-end"])
            #expect(try second.exitCode() == 3, "\(second.log)")
            #expect(second.log.contains("partition.assignment.strategy"), "\(second.log)")
            #expect(try first.stop() == 0, "\(first.log)")
        }

        @Test func `Lantern's keys that are removed are missed once, and tried for less and less often`() throws {
            let scenario = try scenario("removed")
            let path = try scenario.configure()
            let worker = try scenario.run(path)
            try scenario.waitUntilDone(worker)
            _ = try scenario.reader().command(
                "EVAL",
                "for _, key in ipairs(redis.call('KEYS', 'lantern:*')) do redis.call('DEL', key) end return 1", "0")
            try expectMissedOnce(worker, scenario)
            let status = try scenario.lantern(["status", "--config", path])
            #expect(status.code == 3 && status.text.contains("already"), "\(status.text)")
            #expect(try worker.stop() != 0)
        }

        @Test func `a Redis that is emptied while the log lacks its beginning is missed once`() throws {
            let scenario = try scenario("emptied")
            let path = try scenario.configure()
            let worker = try scenario.run(path)
            try scenario.waitUntilDone(worker)
            var admin = try Admin(properties: [("bootstrap.servers", scenario.servers)], clientID: "system-tests")
            for partition in Int32(0)..<2 {
                try admin.deleteRecords(
                    topic: scenario.topic, partition: partition, before: scenario.written[Int(partition)],
                    timeoutMilliseconds: 60_000)
            }
            _ = try scenario.reader().command("FLUSHALL")
            try expectMissedOnce(worker, scenario)
            let status = try scenario.lantern(["status", "--config", path])
            #expect(status.code == 3 && status.text.contains("Kafka has deleted its first events"), "\(status.text)")
            #expect(try worker.stop() != 0)
        }
    }
}
