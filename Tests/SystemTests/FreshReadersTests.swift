import Foundation
import Kafka
import Oracle
import RedisServer
import Synchronization
import System
import Testing
import WebClient

extension SystemTests {
    /// Readers with tokens of real acknowledgements, while what they read from is struck again and again.
    @Suite(.serialized) struct `Fresh readers` {
        private struct Token: Sendable {
            var order: Int
            var place: String
        }

        private final class Tally: Sendable {
            struct Counts: Sendable {
                var answers = 0
                var stale = 0
                var unavailable = 0
                var faults: [String] = []
                /// The longest that a 503 took beyond its wait, in milliseconds.
                var latest = 0.0
            }

            let tokens = Mutex<[Token]>([])
            let counts = Mutex(Counts())
            let isOver = Atomic(false)
        }

        private static let wait = 300

        /// Each reader asks for an order by the offset of its acknowledgement: what it gets must have that order, or be a 503 in time.
        private static func read(_ tally: Tally, port: UInt16, seed: Int) {
            var client: HTTPClient?
            var turn = seed
            while !tally.isOver.load(ordering: .relaxed) {
                turn += 1
                let token = tally.tokens.withLock { $0.isEmpty ? nil : $0[turn % 7 == 0 ? 0 : $0.count - 1] }
                guard let token else {
                    Thread.sleep(forTimeInterval: 0.01)
                    continue
                }
                if client == nil { client = HTTPClient(port: port) }
                let began = Clock.nanoseconds()
                let path = "/v1/views/orders/order/r-\(token.order)?after=\(token.place)&wait=\(wait)ms"
                guard let answer = client?.ask("GET", path) else {
                    client = nil
                    continue
                }
                let took = Double(Clock.nanoseconds() - began) / 1e6
                tally.counts.withLock { counts in
                    switch answer.status {
                    case 200:
                        counts.answers += 1
                        if !answer.body.contains("\"total\":\"\(token.order)\"") {
                            counts.faults.append("\(path): \(answer.body)")
                        }
                    case 503:
                        counts.latest = max(counts.latest, took - Double(wait))
                        if answer.body.contains("problem:stale") { counts.stale += 1 } else { counts.unavailable += 1 }
                    default: counts.faults.append("\(path): \(answer)")
                    }
                }
            }
        }

        /// Ten minutes and 200 readers with LANTERN_LONG.
        @Test(.enabled(if: Stage.isLong, "LANTERN_LONG=1 runs it: it takes minutes"))
        func `never get rows without the event of their token, whatever is struck`() throws {
            let seconds = Double(ProcessInfo.processInfo.environment["LANTERN_READ_SECONDS"] ?? "600") ?? 600
            let atOnce = ["--appendonly", "yes", "--appendfsync", "everysec", "--repl-diskless-sync-delay", "0"]
            let scenario = try Scenario("fresh-readers", partitions: 4, redis: atOnce)
            let replica = try RedisServer(options: atOnce + ["--replicaof", "127.0.0.1 \(scenario.redis.port)"])
            let path = try scenario.configure(
                worker: "{ lanes: 1 }",
                more: ["gateway: { listen: \"127.0.0.1:0\", connections: 512, connections-per-address: 512 }"])
            let (gateway, port) = try scenario.serve(path)
            var workers = [try scenario.run(path), try scenario.run(path)]
            // The same views under another version: made live, and taken back.
            var second = scenario.projection
            second.version = 2
            let other = try scenario.configure("second", as: second)
            let beside = try scenario.run(other)
            var switches = 0
            let tally = Tally()
            for seed in 0..<200 { Thread.detachNewThread { Self.read(tally, port: port, seed: seed) } }
            let end = Date(timeIntervalSinceNow: seconds)
            var order = 0
            var strikes = 0
            var nextStrike = Date(timeIntervalSinceNow: 5)
            while Date() < end {
                var sent: [Token] = []
                for _ in 0..<20 {
                    order += 1
                    let value =
                        #"{"type":"OrderPlaced","orderId":"r-\#(order)","customerId":"c","total":\#(order),"at":"2026-01-01T00:00:00Z"}"#
                    let event = try scenario.send(key: Array("r-\(order)".utf8), value: Array(value.utf8)).event
                    sent.append(Token(order: order, place: "\(event.topic)/\(event.partition)@\(event.offset)"))
                }
                // Only what Kafka has acknowledged is a token.
                try scenario.flush()
                tally.tokens.withLock { tokens in
                    tokens += sent
                    if tokens.count > 200 { tokens.removeFirst(tokens.count - 200) }
                }
                if Date() >= nextStrike {
                    switch strikes % 4 {
                    case 0:
                        workers[strikes % 2].kill()
                        workers[strikes % 2] = try scenario.run(path)
                        if strikes % 8 == 0 {
                            try replica.awaitCopy(of: scenario.redis)
                            try replica.cli(["REPLICAOF", "NO", "ONE"])
                        }
                    case 1 where strikes % 8 == 1:
                        // A failover to what was at the strike before.
                        try scenario.takeOver(from: replica)
                        try replica.cli(["REPLICAOF", "127.0.0.1", "\(scenario.redis.port)"])
                    case 1:
                        try scenario.redis.kill()
                        try scenario.redis.start()
                    case 2: workers.append(try scenario.run(path)); workers.removeFirst().kill()
                    default:
                        try scenario.switchGeneration(to: other, isBack: switches % 2 == 1)
                        switches += 1
                    }
                    strikes += 1
                    nextStrike = Date(timeIntervalSinceNow: 7)
                }
                Thread.sleep(forTimeInterval: 0.05)
            }
            tally.isOver.store(true, ordering: .relaxed)
            let counts = tally.counts.withLock { $0 }
            print(
                "fresh readers: \(counts.answers) answers, \(counts.stale) stale, \(counts.unavailable) unavailable, \(strikes) strikes, \(switches) changes of the live generation, the latest 503 \(counts.latest) ms after its wait"
            )
            #expect(counts.faults.isEmpty, "\(counts.faults.prefix(3))")
            #expect(counts.answers > 1_000 && counts.stale > 0 && switches > 1)
            for worker in workers + [beside] { worker.kill() }
            #expect(try gateway.stop() == 0, "\(gateway.log)")
        }
    }
}
