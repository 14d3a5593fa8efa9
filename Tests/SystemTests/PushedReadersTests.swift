import Foundation
import Oracle
import RedisServer
import System
import Testing
import WebClient

extension SystemTests {
    /// Clients that are told of rows, while they are cut off and what they are told from is struck.
    @Suite(.serialized) struct `Pushed readers` {
        private let page: PageScenario
        private let atOnce = ["--repl-diskless-sync-delay", "0"]

        init() throws {
            OpenFileLimit.raise()
            page = try PageScenario("pushed", customers: 8, redis: atOnce)
        }

        /// Sends events until a condition holds.
        private func flow(_ what: String, until condition: () throws -> Bool) throws {
            let end = Date(timeIntervalSinceNow: 120)
            while try !condition() {
                try #require(Date() < end, "not within 120 s: \(what)")
                try page.send(3)
                Thread.sleep(forTimeInterval: 0.02)
            }
        }

        /// Strikes, after which every reader must have been told that something may be missing.
        private func expectResets(_ readers: [PushedReader], _ what: String, _ strike: () throws -> Void) throws {
            let before = readers.map(\.now.resets)
            try strike()
            try flow("a reset after \(what)") { zip(readers, before).allSatisfy { $0.now.resets > $1 } }
        }

        @Test func `have the last state in the end, and a reset wherever something may be missing`() throws {
            let replica = try RedisServer(options: atOnce + ["--replicaof", "127.0.0.1 \(page.redis.port)"])
            let (gateway, port) = try page.orders.serve(page.path)
            let worker = try page.orders.run(page.path)
            try page.send(20)
            try page.flush()
            try page.waitUntilDone(worker)
            let readers = (0..<Stage.count(30, long: 500)).map { number in
                PushedReader(PushedReader.Rows.allCases[number % 3], of: number / 3 % 8, page.log, port: port)
            }
            try flow("all were told, and cut off") {
                readers.allSatisfy { $0.now.place != nil && $0.now.connections > 1 }
            }
            // Both streams are cut.
            for (database, name) in [("0", "orders"), ("1", "customers")] {
                let concerned = readers.filter { $0.rows == .page || ($0.rows == .client) == (database == "1") }
                try expectResets(concerned, "the stream of \(name) was cut") {
                    try page.redis.cli(["-n", database, "XTRIM", "lantern:\(name):changes", "MAXLEN", "0"])
                }
            }
            // A failover to what was some time ago: all were told of what is lost.
            try replica.awaitCopy(of: page.redis)
            try replica.cli(["REPLICAOF", "NO", "ONE"])
            let told = readers.map(\.now.events)
            try flow("all were told more") { zip(readers, told).allSatisfy { $0.now.events > $1 + 3 } }
            try expectResets(readers, "the failover") { try page.orders.takeOver(from: replica) }
            // Another generation of the orders.
            let second = try page.secondVersion()
            let beside = try page.orders.run(second)
            try expectResets(readers.filter { $0.rows != .client }, "the promotion") {
                try page.orders.switchGeneration(to: second)
            }
            try page.flush()
            try page.waitUntilDone(worker)
            let end = page.end
            _ = eventually(within: 120) { readers.allSatisfy { $0.now.rows == $0.wanted(at: end) } }
            for reader in readers where reader.now.rows != reader.wanted(at: end) {
                Issue.record("\(reader.now), not \(reader.wanted(at: end))")
            }
            for customer in 0..<8 {
                let cents = try page.redis.cli(["HGET", "revenue:c-\(customer)", "cents"])
                #expect(page.log.revenue(customer, at: end).contains("\"cents\":\(cents),"))
            }
            let states = readers.map(\.now)
            let faults = states.flatMap(\.faults)
            if !faults.isEmpty { Issue.record("\(faults.count) faults: \(faults.prefix(3))") }
            Stage.figure(
                "pushed readers: \(readers.count) of \(states.reduce(0) { $0 + $1.connections }) connections, \(states.reduce(0) { $0 + $1.events }) events, \(states.reduce(0) { $0 + $1.resets }) resets"
            )
            for reader in readers { reader.end() }
            #expect(try gateway.stop() == 0, "\(gateway.log)")
            beside.kill()
            #expect(try worker.stop() == 0, "\(worker.log)")
        }

        @Test func `that have caught up are kept, with a comment every 15 s`() throws {
            let (gateway, port) = try page.orders.serve(page.path)
            let worker = try page.orders.run(page.path)
            try page.send(1)
            try page.flush()
            try page.waitUntilDone(worker)
            let client = try #require(HTTPClient(port: port))
            _ = client.begin("/v1/queries/page/stream?customerId=c-1")
            #expect(client.nextEvent()?["event"] == "snapshot")
            // More than any step of a connection may take otherwise.
            let quiet = Stage.count(16, long: 95)
            Thread.sleep(forTimeInterval: Double(quiet))
            try page.send(20)
            #expect(client.nextEvent()?["event"] == "rows")
            #expect(client.comments >= quiet / 16, "\(client.comments) comments")
            #expect(try worker.stop() == 0, "\(worker.log)")
            #expect(try gateway.stop() == 0, "\(gateway.log)")
        }
    }
}
