import Foundation
import Oracle
import RedisServer
import Testing

extension SystemTests {
    @Suite(.serialized) struct `Sentinel` {
        /// Waits until `replica` has what its master has and follows on.
        @Test func `failovers under load leave every view exact`() throws {
            let atOnce = ["--repl-diskless-sync-delay", "0"]
            let scenario = try Scenario("sentinel", partitions: 4, redis: atOnce)
            let other = try RedisServer(options: atOnce + ["--replicaof", "127.0.0.1 \(scenario.redis.port)"])
            try other.awaitCopy(of: scenario.redis)
            let sentinel = try SentinelServer(watching: scenario.redis.port, as: "views")
            let path = try scenario.configure()
            let text = try String(contentsOfFile: path, encoding: .utf8)
            // The first one is not there: the others are asked.
            let group = "{ sentinels: [\"127.0.0.1:1\", \"127.0.0.1:\(sentinel.port)\"], master: views }"
            let changed = text.replacing("\nredis: \"\(scenario.redis.url)\"", with: "\nredis: \(group)")
            try #require(changed != text)
            try changed.write(toFile: path, atomically: true, encoding: .utf8)
            let worker = try scenario.run(path)
            var source = OrderSource(seed: Stage.seed(), orders: 2_000)
            var servers = (master: scenario.redis, replica: other)
            // An even number of times, so that the first one is the master at the end.
            let count = Stage.count(2, long: 20)
            for round in 1...count {
                // In every second round the replica misses what the worker is told is written: that is lost.
                let isLossy = round % 2 == 0
                if isLossy {
                    // A replica without the generation would lose all of it: then nothing that was written is missed.
                    let master = servers.master
                    let isThere = try eventually(within: 60) {
                        try master.cli(["EXISTS", "lantern:orders:generation"]).contains("1")
                    }
                    try #require(isThere, "\(worker.log.suffix(4_000))")
                    try servers.replica.awaitCopy(of: master)
                }
                let before = servers.master.replicationOffset
                if isLossy {
                    servers.replica.pause()
                    // What is written now is in no socket's buffer either.
                    _ = try servers.master.cli(["CLIENT", "KILL", "TYPE", "replica"])
                }
                try scenario.send(4_000, from: &source)
                try scenario.flush()
                if isLossy {
                    try #require(eventually(within: 60) { servers.master.replicationOffset > before + 50_000 })
                }
                try #require(worker.isRunning, "\(worker.log.suffix(4_000))")
                try servers.master.kill()
                servers.replica.resume()
                let isFollowed = eventually(within: 60) { sentinel.master("views") == servers.replica.port }
                try #require(isFollowed, "no failover in round \(round)")
                servers = (servers.replica, servers.master)
                try servers.replica.start()
                _ = try servers.replica.cli(["REPLICAOF", "127.0.0.1", "\(servers.master.port)"])
                try servers.replica.awaitCopy(of: servers.master)
            }
            try scenario.send(1_000, from: &source)
            try scenario.flush()
            try scenario.waitUntilDone(worker)
            #expect(try worker.stop() == 0, "\(worker.log.suffix(4_000))")
            try scenario.expectEqual()
            #expect(!worker.lines("Redis lost acknowledged writes").isEmpty, "\(worker.log.suffix(4_000))")
            Stage.figure(
                "\(count) failovers by Sentinel: \(worker.lines("lost acknowledged").count) lines about lost writes")
        }
    }
}
