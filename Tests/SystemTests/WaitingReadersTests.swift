import Foundation
import Oracle
import System
import Testing
import WebClient

extension SystemTests {
    /// A thousand readers of one event that is not there yet.
    @Suite(.serialized) struct `Waiting readers` {
        private static let count = 1_000

        /// Threads and open sockets of a process, as the system counts them.
        private func load(_ process: Int32) throws -> (threads: Int, sockets: Int) {
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            let match = try #require(status.firstMatch(of: #/Threads:\s+(\d+)/#))
            let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")
            return (try #require(Int(match.1)), files.count)
        }

        @Test func `take no thread each, and all are answered when their event comes`() throws {
            OpenFileLimit.raise()
            let scenario = try Scenario("waiting-readers", partitions: 2)
            let path = try scenario.configure(more: [
                "gateway: { listen: \"127.0.0.1:0\", connections: 3000, connections-per-address: 3000 }"
            ])
            // The generation is there, and the worker is not.
            try scenario.sendOrder("OrderPlaced", "o-0", "c", "1")
            let workerPath = try withoutGateway(path)
            var worker = try scenario.run(workerPath)
            try scenario.waitUntilDone(worker)
            #expect(try worker.stop() == 0, "\(worker.log)")
            let event = try scenario.sendOrder("OrderPlaced", "o-1", "c", "2")
            let (gateway, port) = try scenario.serve(path)
            let row = "/v1/views/orders/order/o-1?after=\(event.topic)/\(event.partition)@\(event.offset)"
            let looking = try #require(HTTPClient(port: port))
            func begin() throws -> HTTPClient {
                let client = try #require(HTTPClient(port: port))
                client.send("GET \(row)&wait=60s HTTP/1.1\r\nHost: localhost\r\n\r\n")
                return client
            }
            #expect(looking.ask("GET", "\(row)&wait=0")?.status == 503)
            var readers = try (0..<10).map { _ in try begin() }
            #expect(looking.ask("GET", "\(row)&wait=100ms")?.status == 503)
            let few = try load(gateway.identifier)
            readers += try (readers.count..<Self.count).map { _ in try begin() }
            let isFull = try eventually(within: 30) {
                try load(gateway.identifier).sockets >= few.sockets + Self.count - 10
            }
            let full = try load(gateway.identifier)
            #expect(isFull, "\(full) \(gateway.log)")
            var most = 0
            for _ in 0..<10 {
                // It serves others meanwhile.
                #expect(looking.ask("GET", "\(row)&wait=50ms")?.status == 503)
                most = max(most, try load(gateway.identifier).threads)
            }
            #expect(most <= few.threads, "\(few.threads) threads with ten who wait, \(most) with a thousand")
            Stage.figure("\(Self.count) readers who wait: \(most) threads of the gateway")
            worker = try scenario.run(workerPath)
            let answers = readers.map { $0.receive() }
            #expect(answers.allSatisfy { $0?.status == 200 && $0?.body.contains("\"total\":\"2\"") == true })
            #expect(answers.count == Self.count, "\(answers.first { $0?.status != 200 } as Any)")
            #expect(try worker.stop() == 0, "\(worker.log)")
            #expect(try gateway.stop() == 0, "\(gateway.log)")
        }

        /// Writes the worker's file, which has no gateway; returns its path.
        private func withoutGateway(_ path: String) throws -> String {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter {
                !$0.hasPrefix("gateway:")
            }
            let other = path.replacing("lantern.yaml", with: "worker.yaml")
            try lines.joined(separator: "\n").write(toFile: other, atomically: true, encoding: .utf8)
            return other
        }
    }
}
