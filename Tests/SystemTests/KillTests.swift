import Bytes
import Foundation
import Oracle
import Seeded
import Testing

extension SystemTests {
    @Suite(.serialized) struct `The worker killed at random moments` {
        /// Writes the log in slices; within each, at a random event, the worker is killed and started again.
        private func kills(
            _ count: Int, _ scenario: Scenario, events: Int, orders: Int, kafka: [String] = [], worker settings: String
        ) throws -> [Double] {
            let seed = Stage.seed()
            var random = SplitMix64(seed: seed)
            var source = OrderSource(seed: seed, orders: orders)
            let configuration = try scenario.configure(kafka: kafka, worker: settings)
            var worker = try scenario.run(configuration)
            var pauses: [Double] = []
            for _ in 0..<count {
                let slice = events / count
                let at = Int.random(in: 1...slice, using: &random)
                // Read before anything is sent: the worker may be done with all of it by the time it is asked.
                let known = scenario.passed()
                try scenario.send(at, from: &source)
                try scenario.waitUntilPassed(known, worker)
                try scenario.send(slice - at, from: &source)
                worker.kill()
                let before = scenario.passed()
                try scenario.flush()
                let start = Date()
                worker = try scenario.run(configuration)
                if scenario.sent > before { try scenario.waitUntilPassed(before, worker) }
                pauses.append(-start.timeIntervalSinceNow)
            }
            try scenario.flush()
            try scenario.waitUntilDone(worker)
            #expect(try worker.stop() == 0, "seed \(seed): \(worker.log)")
            return pauses.sorted()
        }

        @Test func `kill -9 of the worker loses and doubles nothing`() throws {
            let scenario = try Scenario("kill")
            let count = Stage.count(8, long: 50)
            let pauses = try kills(
                count, scenario, events: Stage.count(60_000, long: 2_000_000),
                orders: Stage.count(4_000, long: 200_000), worker: "{ partitions: all }")
            try scenario.expectEqual()
            Stage.figure(
                "kill -9, fixed partitions: \(count) kills, \(scenario.sent) events; first progress after "
                    + "a start: median \(pauses[pauses.count / 2]) s, longest \(pauses[pauses.count - 1]) s")
        }

        @Test func `SIGTERM in the middle of the work loses and doubles nothing`() throws {
            let scenario = try Scenario("terminate")
            let seed = Stage.seed()
            var source = OrderSource(seed: seed, orders: 2_000)
            let configuration = try scenario.configure()
            for _ in 0..<Stage.count(5, long: 30) {
                let before = scenario.passed()
                try scenario.send(5_000, from: &source)
                try scenario.flush()
                let worker = try scenario.run(configuration)
                try scenario.waitUntilPassed(before, worker)
                #expect(try worker.stop() == 0, "seed \(seed): \(worker.log)")
            }
            let last = try scenario.run(configuration, ["--until-end"])
            #expect(try last.exitCode() == 0, "seed \(seed): \(last.log)")
            try scenario.expectEqual()
        }

        @Test func `a killed member of a group with an instance-id continues under its old id`() throws {
            let scenario = try Scenario("kill-group")
            let count = Stage.count(3, long: 10)
            let pauses = try kills(
                count, scenario, events: Stage.count(15_000, long: 200_000), orders: 2_000,
                worker: "{ instance-id: first }")
            try scenario.expectEqual()
            Stage.figure(
                "kill -9, group with instance-id: \(count) kills; first progress after a start: median "
                    + "\(pauses[pauses.count / 2]) s, longest \(pauses[pauses.count - 1]) s")
        }
    }
}
