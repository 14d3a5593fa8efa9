import Foundation
import Oracle
import Testing

extension SystemTests {
    @Suite(.serialized) struct `The whole log` {
        @Test func `orders go through every view and equal the fold of the log`() throws {
            let scenario = try Scenario("orders")
            let seed = Stage.seed()
            var source = OrderSource(seed: seed, orders: Stage.count(6_000, long: 200_000))
            try scenario.send(Stage.count(60_000, long: 2_000_000), from: &source)
            try scenario.flush()
            let start = Date()
            let worker = try scenario.run(scenario.configure(), ["--until-end"])
            let code = try worker.exitCode()
            #expect(code == 0, "seed \(seed): \(worker.log)")
            let seconds = -start.timeIntervalSinceNow
            try scenario.expectEqual()
            #expect(scenario.passed() == scenario.sent)
            Stage.figure(
                "orders: \(scenario.sent) events in \(seconds) s, start and stop included; "
                    + "\(scenario.fold.model.entries.count) keys equal to the fold: \(try scenario.differences().isEmpty)"
            )
        }

        @Test func `a second run to the end has nothing to do and changes nothing`() throws {
            let scenario = try Scenario("twice")
            var source = OrderSource(seed: Stage.seed(), orders: 500)
            try scenario.send(5_000, from: &source)
            try scenario.flush()
            let configuration = try scenario.configure()
            for _ in 0..<2 {
                #expect(try scenario.run(configuration, ["--until-end"]).exitCode() == 0)
                try scenario.expectEqual()
            }
        }

        @Test func `a signal before the end is no end that was reached`() throws {
            let scenario = try Scenario("signal", partitions: 2)
            var source = OrderSource(seed: Stage.seed(), orders: 50)
            try scenario.send(400, from: &source)
            try scenario.flush()
            // Nobody reads the other partition.
            let worker = try scenario.run(scenario.configure(worker: "{ partitions: 0 }"), ["--until-end"])
            try scenario.waitUntilPassed(scenario.written[0] - 1, worker)
            worker.signal(SIGTERM)
            #expect(try worker.exitCode() == 1, "\(worker.log)")
            #expect(worker.log.contains("a signal ended it before it had reached the end"), "\(worker.log)")
            #expect(!worker.log.contains("\"message\":\"reached the end\""), "\(worker.log)")
        }

        @Test func `two lanes in a consumer group project the same as one`() throws {
            let scenario = try Scenario("lanes")
            var source = OrderSource(seed: Stage.seed(), orders: 2_000)
            try scenario.send(20_000, from: &source)
            try scenario.flush()
            let configuration = try scenario.configure(
                kafka: ["session.timeout.ms: 6000"], worker: "{ lanes: 2 }")
            let worker = try scenario.run(configuration, ["--until-end"])
            #expect(try worker.exitCode() == 0, "\(worker.log)")
            try scenario.expectEqual()
        }
    }
}
