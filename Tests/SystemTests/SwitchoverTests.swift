import Foundation
import RedisServer
import Testing

extension SystemTests {
    /// Whatever happens in the middle of a build, a promotion or a way back: it is resumed or undone, and the views are exact.
    @Suite(.serialized) struct `Switched over, with faults` {
        private static let points = Switchover.Point.allCases

        @Test func `kill -9 of the command, the builder, the live worker and all of them`() throws {
            let switchover = try Switchover("switched")
            let victims = Switchover.Victim.allCases
            for round in 0..<Stage.count(3, long: 72) {
                // Each victim at each point: 3 and 4 have no common divisor.
                let victim = victims[round % victims.count]
                try switchover.round(Self.points[(round + round / 12) % 3]) { command, _ in
                    switchover.kill(victim, command)
                }
            }
            try switchover.finish()
            Stage.figure("killed at: \(switchover.met.sorted { $0.key < $1.key })")
        }

        @Test func `Redis restarts from an append-only file that is cut`() throws {
            let switchover = try Switchover(
                "switched-aof",
                redis: [
                    "--appendonly", "yes", "--appendfsync", "no", "--aof-load-truncated", "yes",
                    "--auto-aof-rewrite-percentage", "0",
                ])
            let scenario = switchover.scenario
            for round in 0..<Stage.count(1, long: 20) {
                // Before the round: what is cut off is of the round alone.
                try scenario.beginAppendOnlyFile()
                try switchover.round(Self.points[(round + 1) % 3]) { _, _ in
                    try scenario.redis.kill()
                    try scenario.cutAppendOnlyFile(keeping: .random(in: 0.5...1))
                    try scenario.redis.start()
                    try scenario.beginAppendOnlyFile()
                }
            }
            try switchover.finish()
            Stage.figure("append-only file cut at: \(switchover.met.sorted { $0.key < $1.key })")
        }

        @Test func `a failover loses what was written last`() throws {
            let switchover = try Switchover("switched-failover")
            let scenario = switchover.scenario
            let replica = try RedisServer(options: ["--replicaof", "127.0.0.1 \(scenario.redis.port)"])
            for round in 0..<Stage.count(1, long: 20) {
                try scenario.waitForReplica(replica)
                try switchover.round(Self.points[(round + 1) % 3]) { _, _ in
                    try replica.cli(["REPLICAOF", "NO", "ONE"])
                    usleep(.random(in: 0...300_000))
                    try scenario.takeOver(from: replica)
                }
                try replica.cli(["REPLICAOF", "127.0.0.1", "\(scenario.redis.port)"])
            }
            try switchover.finish()
            Stage.figure("failed over at: \(switchover.met.sorted { $0.key < $1.key })")
        }
    }
}
