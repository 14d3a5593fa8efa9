import Foundation
import Oracle
import RedisServer
import Testing

extension SystemTests {
    @Suite(.serialized) struct `Two workers` {
        @Test func `a worker stopped past its session writes nothing after it was fenced`() throws {
            let scenario = try Scenario("zombie")
            var source = OrderSource(seed: Stage.seed(), orders: 4_000)
            let configuration = try scenario.configure(
                kafka: ["session.timeout.ms: 6000", "heartbeat.interval.ms: 1000"], worker: "{ lanes: 1 }")
            try scenario.send(10_000, from: &source)
            try scenario.flush()
            let first = try scenario.run(configuration)
            try scenario.waitUntilPassed(0, first)
            let second = try scenario.run(configuration)
            try #require(second.waitForLog("projecting"), "the second got no partition: \(second.log)")
            // Stopped in the middle of its work: what it holds is stale when it wakes up.
            try scenario.send(30_000, from: &source)
            first.signal(SIGSTOP)
            try scenario.flush()
            try scenario.waitUntilDone(second)
            let before = scenario.checkpoints()
            try scenario.expectEqual()
            first.signal(SIGCONT)
            let noticed =
                first.waitForLog("partitions lost") || first.waitForLog("fenced", seconds: 10)
                || first.waitForLog("partitions revoked", seconds: 10)
            #expect(noticed, "the stopped worker never noticed: \(first.log)")
            try scenario.expectEqual()
            let nexts = zip(before, scenario.checkpoints()).map {
                ($0 ?? "").prefix { $0 != " " } == ($1 ?? "").prefix { $0 != " " }
            }
            #expect(!nexts.contains(false))
            try scenario.send(10_000, from: &source)
            try scenario.flush()
            try scenario.waitUntilDone(second)
            #expect(try first.stop() == 0, "\(first.log)")
            #expect(try second.stop() == 0, "\(second.log)")
            try scenario.expectEqual()
            Stage.figure(
                "zombie: lines of it after waking: \(first.lines("fenced").count) fenced, "
                    + "\(first.lines("partitions lost").count) lost")
        }

        @Test func `a zombie's last transaction lands after the new owner has read: the owner continues by itself`()
            throws
        {
            let scenario = try Scenario("late")
            let zombies = try TCPProxy(to: scenario.redis.port)
            let owners = try TCPProxy(to: scenario.redis.port)
            let group = ["session.timeout.ms: 6000", "heartbeat.interval.ms: 1000"]
            var source = OrderSource(seed: Stage.seed(), orders: 2_000)
            let zombie = try scenario.run(
                scenario.configure("zombie", kafka: group, worker: "{ lanes: 1 }", redis: zombies.url))
            try scenario.send(5_000, from: &source)
            try scenario.flush()
            try scenario.waitUntilDone(zombie)
            let isConfirmed = eventually(within: 180) { scenario.confirmed() == scenario.sent }
            try #require(isConfirmed, "\(scenario.checkpoints())")
            let before = scenario.passed()

            // Nothing but a transaction's checkpoint is written so: its EXEC stays on the way.
            zombies.when("confirmed=", then: .stallBefore)
            try scenario.send(5_000, from: &source)
            try scenario.flush()
            try #require(zombies.waitUntilSeen("confirmed=", seconds: 180), "\(zombie.log)")
            zombie.signal(SIGSTOP)
            owners.when("confirmed=", then: .stallBefore)
            let owner = try scenario.run(
                scenario.configure("owner", kafka: group, worker: "{ lanes: 1 }", redis: owners.url))
            try #require(owners.waitUntilSeen("confirmed=", seconds: 180), "the owner wrote nothing: \(owner.log)")
            // Both have read the same checkpoints, and both transactions are on their way; the zombie's comes first.
            #expect(scenario.passed() == before)
            zombies.release()
            let hasLanded = eventually(within: 180) { scenario.passed() > before }
            try #require(hasLanded, "the zombie's transaction did not land")
            owners.release()

            try scenario.waitUntilDone(owner)
            try scenario.expectEqual()
            #expect(!owner.lines("fenced").isEmpty, "the owner noticed nothing: \(owner.log)")
            zombie.signal(SIGCONT)
            try scenario.send(1_000, from: &source)
            try scenario.flush()
            try scenario.waitUntilDone(owner)
            #expect(try owner.stop() == 0, "\(owner.log)")
            #expect(try zombie.stop() == 0, "\(zombie.log)")
            try scenario.expectEqual()
        }

        @Test func `of two forced onto the same partitions one halts and names the other, and nothing doubles`() throws
        {
            let scenario = try Scenario("same")
            var source = OrderSource(seed: Stage.seed(), orders: 2_000)
            let configuration = try scenario.configure()
            try scenario.send(5_000, from: &source)
            try scenario.flush()
            let pair = [try scenario.run(configuration), try scenario.run(configuration)]
            let start = Date()
            let end = Date(timeIntervalSinceNow: Stage.isLong ? 30 : 240)
            // Events keep coming, so that they keep meeting.
            while Date() < end {
                try scenario.send(100, from: &source)
                try scenario.flush()
                if !Stage.isLong, pair.contains(where: { !$0.lines("other-writer").isEmpty }) { break }
            }
            let halted = pair.filter { !$0.lines("other-writer").isEmpty }
            Stage.figure(
                "same partitions: \(-start.timeIntervalSinceNow) s, \(scenario.sent) events, "
                    + "\(pair.map { $0.lines("fenced").count }) times fenced, "
                    + "\(pair.map { $0.lines("other-writer").count }) partitions halted")
            #expect(!halted.isEmpty, "none halted: \(pair.map { String($0.log.suffix(2_000)) })")
            let line = halted.first?.lines("other-writer").first.map(String.init) ?? ""
            #expect(
                scenario.checkpoints().contains { text in
                    let writer = (text ?? "").split(separator: " ").first { $0.hasPrefix("writer=") }?.dropFirst(7)
                    return writer.map { line.contains($0) } ?? false
                }, "the halt names no writer of a checkpoint: \(line)")
            for worker in pair { #expect(try worker.stop() == 0, "\(worker.log.suffix(2_000))") }
            let last = try scenario.run(configuration, ["--until-end"])
            #expect(try last.exitCode() == 0, "\(last.log)")
            try scenario.expectEqual()
        }
    }
}
