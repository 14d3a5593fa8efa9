import Bytes
import Foundation
import Kafka
import RedisServer
import Seeded
import Testing

extension SystemTests {
    /// One worker stays while others come and go; Redis is slow, so that records are held back at every moment.
    @Suite(.serialized) struct `Members that come and go` {
        struct Case: Sendable, CustomStringConvertible {
            var strategy: String
            var isStatic: Bool
            /// Guests that come and go: two rebalances each.
            var guests: Int

            var description: String { "\(strategy), \(isStatic ? "static" : "dynamic")" }

            func worker(_ name: String) -> String { isStatic ? "{ instance-id: \(name) }" : "{ lanes: 1 }" }

            /// librdkafka before 2.1 is refused cooperative rebalancing.
            static let usual = [
                Case(
                    strategy: supportsCooperativeRebalancing ? "cooperative-sticky" : "range,roundrobin",
                    isStatic: false, guests: 3)
            ]
            static let cooperative = [
                Case(strategy: "cooperative-sticky", isStatic: false, guests: 100),
                Case(strategy: "cooperative-sticky", isStatic: true, guests: 10),
            ]
            static let all =
                (supportsCooperativeRebalancing ? cooperative : []) + [
                    Case(strategy: "range,roundrobin", isStatic: false, guests: 25),
                    Case(strategy: "range,roundrobin", isStatic: true, guests: 10),
                ]
        }

        @Test(arguments: Stage.isLong ? Case.all : Case.usual)
        func `rebalances under load lose nothing, and no assignment is lost by one`(_ members: Case) throws {
            let scenario = try Scenario(
                "rebalances", projection: Tally.projection, partitions: Stage.count(20, long: 100))
            let slow = try TCPProxy(to: scenario.redis.port)
            slow.delay(milliseconds: 60, .toClient)
            let seed = Stage.seed()
            var random = SplitMix64(seed: seed)
            func run(_ name: String) throws -> WorkerProcess {
                let path = try scenario.configure(
                    name,
                    kafka: [
                        "partition.assignment.strategy: \(members.strategy)", "heartbeat.interval.ms: 1500",
                        "session.timeout.ms: 10000",
                    ], worker: members.worker(name), redis: slow.url)
                return try scenario.run(path)
            }
            let stays = try run("stays")
            try load(scenario) { !stays.lines("projecting").isEmpty }
            for guest in 0..<members.guests {
                let assigned = stays.lines("partitions assigned").count
                let worker = try run("guest-\(guest)")
                try burst(scenario, &random)
                try load(scenario) { !worker.lines("projecting").isEmpty || !worker.isRunning }
                try burst(scenario, &random)
                worker.signal(SIGTERM)
                // A static member's place stands empty until its session is over.
                try load(scenario) { !worker.isRunning && stays.lines("partitions assigned").count > assigned }
                #expect(try worker.exitCode() == 0, "seed \(seed): \(worker.log.suffix(4_000))")
                #expect(worker.lines("partitions lost").isEmpty, "guest \(guest): \(worker.lines("partitions lost"))")
            }
            try scenario.flush()
            try scenario.waitUntilDone(stays)
            let counted = try scenario.counted()
            let lost = stays.lines("partitions lost")
            Stage.figure(
                "\(members): \(members.guests) guests, \(scenario.partitions) partitions, \(counted) of \(scenario.sent) "
                    + "counted, \(Int(scenario.sent) - counted) lost, \(lost.count) times partitions lost, seed \(seed)"
            )
            #expect(lost.isEmpty, "\(lost)")
            #expect(try stays.stop() == 0, "seed \(seed): \(stays.log.suffix(4_000))")
            try scenario.expectEqual()
        }

        /// So many at once that the workers are full and hold records back, and then a random part of a second more.
        private func burst(_ scenario: Scenario, _ random: inout SplitMix64) throws {
            try scenario.sendTally(10_000)
            let reached = scenario.sent + Int64.random(in: 200...4_000, using: &random)
            try load(scenario) { scenario.sent >= reached }
        }

        /// Sends events until `isEnough`.
        private func load(_ scenario: Scenario, until isEnough: () throws -> Bool) throws {
            let isReached = try eventually(within: 180) {
                try scenario.sendTally(200)
                usleep(40_000)
                return try isEnough()
            }
            try scenario.flush()
            try #require(isReached, "the group does not come to rest within 180 s")
        }
    }
}
