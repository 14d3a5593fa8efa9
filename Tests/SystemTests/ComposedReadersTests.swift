import Foundation
import Kafka
import RedisServer
import Synchronization
import Testing
import WebClient

extension SystemTests {
    /// Readers of a query over three views of two projections, while events flow and workers are killed.
    @Suite(.serialized) struct `Composed readers` {
        private final class Progress: Sendable {
            struct Counts: Sendable {
                var answers = 0
                /// How often a reader saw another vector than before.
                var changes = 0
                var unavailable = 0
                var faults: [String] = []
            }

            let counts = Mutex(Counts())
            let isOver = Atomic(false)
            let readers = Atomic(0)
        }

        /// Requests that are on their way together.
        private static let together = 16

        /// Asks for random customers, again and again, and folds the log up to the vector of each answer.
        private static func read(_ progress: Progress, _ log: PageLog, port: UInt16) {
            defer { progress.readers.subtract(1, ordering: .releasing) }
            var client: HTTPClient?
            var last = ""
            while !progress.isOver.load(ordering: .relaxed) {
                if client == nil { client = HTTPClient(port: port) }
                let customers = (0..<together).map { _ in Int.random(in: 0..<log.customers) }
                client?.send(
                    customers.map { "GET /v1/queries/page?customerId=c-\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }
                        .joined())
                var found = Progress.Counts()
                for customer in customers {
                    guard let answer = client?.receive() else {
                        client = nil
                        break
                    }
                    let checkpoint = answer.headers["lantern-checkpoint"] ?? ""
                    if answer.status == 503, answer.body.contains("problem:unavailable") {
                        found.unavailable += 1
                        continue
                    }
                    let wanted = log.page(customer, at: PageVector(checkpoint))
                    found.answers += 1
                    if checkpoint != last { found.changes += 1 }
                    last = checkpoint
                    if answer.status == 200, answer.body == wanted { continue }
                    found.faults.append(
                        "c-\(customer) at \(checkpoint): \(answer.status) \(answer.body), not \(wanted)")
                }
                progress.counts.withLock { counts in
                    counts.answers += found.answers
                    counts.changes += found.changes
                    counts.unavailable += found.unavailable
                    if counts.faults.count < 5 { counts.faults += found.faults.prefix(1) }
                }
            }
        }

        @Test func `get from three views of two projections exactly the fold of their vector`() throws {
            let page = try PageScenario("composed", customers: 8)
            let (gateway, port) = try page.orders.serve(page.path)
            var worker = try page.orders.run(page.path)
            let progress = Progress()
            for _ in 0..<8 {
                progress.readers.add(1, ordering: .relaxed)
                Thread.detachNewThread { [log = page.log] in Self.read(progress, log, port: port) }
            }
            let wanted = Stage.count(2_000, long: 1_000_000)
            let seconds = Double(Stage.count(300, long: 3_000))
            let end = Date(timeIntervalSinceNow: seconds)
            var kills = 0
            while Date() < end {
                try page.send(20)
                Thread.sleep(forTimeInterval: 0.02)
                let counts = progress.counts.withLock { $0 }
                let isEnough = counts.answers >= wanted && counts.changes >= wanted / 20
                if isEnough || !counts.faults.isEmpty { break }
                // Each fifth of the way.
                guard kills < 4, counts.answers * 5 > (kills + 1) * wanted else { continue }
                worker.kill()
                worker = try page.orders.run(page.path)
                kills += 1
            }
            try page.flush()
            try page.waitUntilDone(worker)
            progress.isOver.store(true, ordering: .relaxed)
            #expect(eventually(within: 60) { progress.readers.load(ordering: .acquiring) == 0 })
            let counts = progress.counts.withLock { $0 }
            Stage.figure(
                "composed readers: \(counts.answers) answers of \(counts.changes) vectors, \(counts.unavailable) unavailable, \(page.orders.sent + page.clients.sent) events, \(kills) workers killed"
            )
            #expect(counts.faults.isEmpty, "\(counts.faults)")
            #expect(counts.answers >= wanted && counts.changes >= wanted / 20 && kills > 0, "\(counts) \(gateway.log)")
            let last = try #require(
                HTTPClient(port: port)?.ask("GET", "/v1/queries/page?customerId=c-1&latest&wait=30s"))
            #expect(last.body == page.log.page(1, at: page.end), "\(last)")
            #expect(try worker.stop() == 0, "\(worker.log)")
            #expect(try gateway.stop() == 0, "\(gateway.log)")
        }
    }
}
