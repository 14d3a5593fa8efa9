import Bytes
import Foundation
import Oracle
import RedisServer
import Seeded
import Testing

extension SystemTests {
    @Suite(.serialized) struct `Redis in trouble` {
        /// Runs the worker through one trouble: it must not end, must continue, and the views must be exact.
        private func survive(
            _ name: String, redis options: [String] = [], says words: [String],
            _ trouble: (Scenario) throws -> Void, end: (Scenario) throws -> Void
        ) throws {
            let scenario = try Scenario(name, redis: options)
            var source = OrderSource(seed: Stage.seed(), orders: 1_000)
            let worker = try scenario.run(scenario.configure())
            try scenario.send(5_000, from: &source)
            try scenario.flush()
            try scenario.waitUntilDone(worker)
            try trouble(scenario)
            try scenario.send(5_000, from: &source)
            try scenario.flush()
            let hasSaid = eventually(within: 180) { words.contains { !worker.lines($0).isEmpty } }
            #expect(hasSaid, "nothing of \(words) in \(worker.log)")
            try end(scenario)
            try scenario.waitUntilDone(worker)
            try scenario.send(1_000, from: &source)
            try scenario.flush()
            try scenario.waitUntilDone(worker)
            #expect(worker.isRunning)
            #expect(try worker.stop() == 0, "\(worker.log)")
            try scenario.expectEqual()
        }

        @Test func `out of memory for a while`() throws {
            try survive("oom", says: ["OOM"]) {
                try $0.redis.configure("maxmemory", "1000000")
            } end: {
                try $0.redis.configure("maxmemory", "0")
            }
        }

        @Test func `read-only for a while`() throws {
            // A replica of nothing: read-only, and it keeps its data since it has no master to load from.
            // The heartbeat may see the role first, or a transaction its refusal.
            try survive("readonly", says: ["read only replica", "no longer a master"]) {
                _ = try $0.redis.cli(["REPLICAOF", "127.0.0.1", "1"])
            } end: {
                _ = try $0.redis.cli(["REPLICAOF", "NO", "ONE"])
            }
        }

        @Test func `frozen for a while`() throws {
            try survive("frozen", says: ["connection to Redis"]) {
                $0.redis.pause()
            } end: {
                $0.redis.resume()
            }
        }

        @Test func `gone and restarted`() throws {
            try survive("gone", redis: ["--appendonly", "yes"], says: ["connection to Redis"]) {
                try $0.redis.kill()
            } end: {
                try $0.redis.start()
            }
        }

        @Test func `gone and restarted empty`() throws {
            try survive("emptied", says: ["connection to Redis"]) {
                try $0.redis.kill()
            } end: {
                try $0.redis.start()
            }
        }

        @Test func `loading for a while`() throws {
            let options = [
                "--appendonly", "yes", "--key-load-delay", "200", "--loading-process-events-interval-bytes", "1024",
            ]
            try survive("loading", redis: options, says: ["connection to Redis"]) {
                try $0.redis.kill()
                try $0.redis.start(waitUntilReady: false)
            } end: { _ in
            }
        }

        @Test func `the connection cut between EXEC and its reply settles on a new one`() throws {
            let scenario = try Scenario("cut")
            let proxy = try TCPProxy(to: scenario.redis.port)
            var source = OrderSource(seed: Stage.seed(), orders: 1_000)
            let worker = try scenario.run(scenario.configure(redis: proxy.url))
            try scenario.send(1_000, from: &source)
            try scenario.flush()
            try scenario.waitUntilDone(worker)
            let cuts = Stage.count(10, long: 100)
            for index in 0..<cuts {
                proxy.clear()
                proxy.when("EXEC\r\n", occurrence: 1 + index % 3, then: index % 2 == 0 ? .cutAfterServed : .cutAfter)
                while proxy.seen("EXEC\r\n") < 1 + index % 3 {
                    try scenario.send(200, from: &source)
                    try scenario.flush()
                    try scenario.waitUntilDone(worker)
                }
            }
            proxy.clear()
            try scenario.waitUntilDone(worker)
            #expect(try worker.stop() == 0, "\(worker.log)")
            try scenario.expectEqual()
            let settled = worker.lines("was unknown and has been found out")
            #expect(!settled.isEmpty, "no transaction was of unknown outcome: \(worker.log)")
            Stage.figure(
                "cut after EXEC: \(cuts) cuts, \(settled.count) settlements, "
                    + "\(settled.filter { $0.contains("true") }.count) of them found applied")
        }

        @Test func `restarts from an append-only file cut at a random byte are noticed and replayed`() throws {
            let scenario = try Scenario(
                "aof",
                redis: [
                    "--appendonly", "yes", "--appendfsync", "no", "--aof-load-truncated", "yes",
                    "--auto-aof-rewrite-percentage", "0",
                ])
            let seed = Stage.seed()
            var random = SplitMix64(seed: seed)
            var source = OrderSource(seed: seed, orders: Stage.count(2_000, long: 20_000))
            let worker = try scenario.run(scenario.configure())
            let cuts = Stage.count(5, long: 20)
            let slice = Stage.count(20_000, long: 400_000) / cuts
            for index in 0..<cuts {
                try scenario.send(slice, from: &source)
                try scenario.flush()
                // In the middle of the slice: what is cut off is what was acknowledged since the file began.
                try scenario.waitUntilPassed(scenario.sent - Int64(slice / 2), worker)
                try scenario.redis.kill()
                // Now anywhere, the first time even within the creation of the generation, now near the end.
                let share = Double.random(in: (index % 2 == 0 ? 0.9 : 0)..<1, using: &random)
                try scenario.cutAppendOnlyFile(keeping: share)
                try scenario.redis.start()
                try scenario.beginAppendOnlyFile()
            }
            try scenario.waitUntilDone(worker)
            #expect(try worker.stop() == 0, "seed \(seed): \(worker.log.suffix(4_000))")
            try scenario.expectEqual()
            let rewinds = worker.lines("lost acknowledged writes")
            #expect(!rewinds.isEmpty, "seed \(seed): no rewind was logged: \(worker.log.suffix(4_000))")
            #expect(!rewinds.contains { !$0.contains("events") }, "a rewind does not say how many events it replays")
            Stage.figure(
                "append-only file cut \(cuts) times: \(scenario.sent) events, \(rewinds.count) rewinds of "
                    + "partitions logged, seed \(seed)")
        }
    }
}
