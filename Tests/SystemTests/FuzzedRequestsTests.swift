import Bytes
import Foundation
import Oracle
import RedisServer
import Seeded
import Testing
import WebClient

extension SystemTests {
    /// Requests of the read API that are wrong in every way, to a gateway with rows of each kind of key.
    @Suite(.serialized) struct `Fuzzed requests` {
        /// Random requests from the words of the API.
        private struct Requests {
            var random: SplitMix64
            let topic: String

            private let names = [
                "key", "keys", "top", "bottom", "around", "count", "last", "scan", "after", "seen", "generation",
                "latest",
                "max-stale", "where", "stale", "wait", "customerId", "tpo",
            ]

            private mutating func noise() -> String {
                (0..<random.below(12)).map { _ in
                    random.chance(50)
                        ? "%\(random.pick(["00", "0A", "0D", "2F", "25", "FF", "C3", "A9", "3B", "22"]))"
                        : String(UnicodeScalar(UInt8(0x21 + random.below(94))))
                }.joined().replacing("#", with: "%23")
            }

            private mutating func value() -> String {
                let number = random.pick([
                    "0", "1", "-1", "+1", "7", "1000", "1001", "9223372036854775807", "99999999999999999999", "1e3",
                ])
                switch random.below(16) {
                case 0: return "o-\(random.below(9))"
                case 1: return "c-\(random.below(4)),c-9"
                case 2, 3: return number
                case 4: return "\(topic)/\(random.below(3))@\(number)"
                case 5: return "\(topic)/0@1,1@\(number)"
                case 6: return "orders=\(topic)/0@\(number);nothing=x/0@1"
                case 7: return "orders:\(number)"
                case 8: return "\(number)\(random.pick(["ms", "s", "m", "h", "d", "y", ""]))"
                case 9: return "status\(random.pick(["=", ">=", "<", "<="]))\(number)"
                case 10: return "allow"
                case 11: return ""
                case 12: return "true"
                case 13: return String(repeating: "\(number)/@,", count: 1 + random.below(600))
                default: return noise()
                }
            }

            /// What can be asked.
            private mutating func good() -> (path: String, words: [String]) {
                let order = "/v1/views/orders/order"
                let top = "/v1/views/orders/top-customers"
                return random.pick([
                    (order + "/o-\(random.below(12))", []), (order, ["keys=o-1,o-2,none"]), (order, ["scan=0"]),
                    (order + "/o-1", ["after=\(topic)/\(random.below(2))@\(random.below(9))"]),
                    (order + "/o-1", ["where=status=paid"]), (order + "/o-1", ["latest"]), (order + "/o-1/stream", []),
                    (order + "/o-1", ["max-stale=200ms", "stale=allow"]),
                    (order + "/o-1", ["seen=orders=\(topic)/0@1"]),
                    ("/v1/views/orders/customer-revenue/c-1", ["generation=orders:1"]),
                    (top, ["top=\(1 + random.below(9))"]), (top, ["bottom=3"]), (top, ["around=c-1", "count=2"]),
                    ("/v1/views/orders/latest-orders", []), ("/v1/views/orders/orders-per-minute", ["last=15m"]),
                    ("/v1/queries/customer-page", ["customerId=c-1"]),
                    ("/v1/queries/customer-page/stream", ["customerId=c-2"]),
                ])
            }

            private mutating func path(_ good: String) -> String {
                var parts = good.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
                for _ in 0..<random.below(3) where random.chance(20) {
                    let place = 2 + random.below(parts.count - 2)
                    let part = random.pick(["stream", "", "orders", "o-1", noise(), value()])
                    if random.chance(50) { parts[place] = part } else { parts.insert(part, at: place) }
                }
                return parts.joined(separator: "/")
            }

            private mutating func header() -> String {
                random.pick([
                    "If-None-Match: *", "If-None-Match: \(value())", "Last-Event-ID: \(value())",
                    "Last-Event-ID: 0a1b2c3d.1-1", "Authorization: Bearer \(value())", "Content-Length: \(value())",
                    "Transfer-Encoding: chunked", "Host: \(value())", "Accept: text/event-stream",
                    "Expect: 100-continue",
                    "Connection: \(random.pick(["close", "keep-alive", "upgrade"]))",
                    "X: \(String(repeating: "x", count: random.below(9_000)))",
                    "Range: bytes=0-1", "\(value()): 1",
                ])
            }

            /// A request that is well formed as HTTP, and often one that can be asked.
            mutating func next() -> (method: String, text: String) {
                var (path, words) = good()
                if random.chance(50) {
                    path = self.path(path)
                    for _ in 0..<random.below(4) {
                        if !words.isEmpty, random.chance(30) {
                            words[random.below(words.count)] = "\(random.pick(names))=\(value())"
                        } else {
                            words.append("\(random.pick(names))=\(value())")
                        }
                    }
                }
                // Nobody waits for long here.
                if random.chance(90), !words.contains(where: { $0.hasPrefix("scan") }) {
                    words.append("wait=\(random.below(20))ms")
                }
                let method = random.chance(90) ? "GET" : random.pick(["HEAD", "POST", "PUT", "OPTIONS", "DELETE", "X"])
                var lines = ["\(method) \(path)?\(words.joined(separator: "&")) HTTP/1.1", "Host: localhost"]
                for _ in 0..<random.below(3) where random.chance(40) { lines.append(header()) }
                return (method, lines.joined(separator: "\r\n") + "\r\n\r\n")
            }
        }

        /// What is wrong with an answer; nil: nothing. Of a request whose bytes were changed it is not known what was asked.
        private func fault(_ answer: HTTPClient.Response, isWhole: Bool, isHead: Bool) -> String? {
            let kind = answer.headers["content-type"]
            let isJSON = isHead || (try? JSONSerialization.jsonObject(with: Data(answer.body.utf8))) is [String: Any]
            switch (answer.status, kind) {
            case (200, "application/json"): return isJSON ? nil : "no JSON"
            case (200, "text/event-stream"), (304, _): return nil
            // The library's own words for what it cannot read.
            case (400, nil), (413, nil), (414, nil), (431, nil), (501, nil), (505, nil):
                return nil
            case (400, "application/problem+json"), (401, "application/problem+json"),
                (404, "application/problem+json"), (405, "application/problem+json"),
                (411, "application/problem+json"), (413, "application/problem+json"),
                (421, "application/problem+json"), (431, "application/problem+json"), (503, "application/problem+json"):
                return isJSON && (isHead || answer.body.contains("\"status\":\(answer.status),"))
                    ? nil : "no problem details"
            default: return isWhole || answer.status >= 500 ? "unexpected" : nil
            }
        }

        private func memory(_ process: Int32) throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            let match = try #require(status.firstMatch(of: #/VmRSS:\s+(\d+)/#), "\(status)")
            return try #require(Int(match.1)) / 1_024
        }

        @Test func `get an answer that says what is wrong, and the gateway serves others`() throws {
            let seconds = Double(ProcessInfo.processInfo.environment["LANTERN_FUZZ_SECONDS"] ?? "600") ?? 600
            let scenario = try Scenario("fuzzed", partitions: 2)
            let path = try scenario.configureTold(more: [
                "gateway: { listen: \"127.0.0.1:0\", connections-per-address: 256 }", "queries:", "  customer-page:",
                "    parameters: { customerId: string }", "    reads:",
                "      revenue: { view: orders.customer-revenue, key: \"{customerId}\" }",
                "      place: { view: orders.top-customers, around: \"{customerId}\", count: 1 }",
            ])
            let worker = try scenario.run(path)
            for number in 0..<9 { try scenario.sendOrder("OrderPlaced", "o-\(number)", "c-\(number % 4)", "1.50") }
            for number in 0..<9 { try scenario.sendOrder("OrderPaid", "o-\(number)", "c-\(number % 4)", "1.50") }
            try scenario.waitUntilDone(worker)
            try #require(worker.waitForLog("the gateway listens"), "\(worker.log)")
            let match = try #require(worker.log.firstMatch(of: #/http://127\.0\.0\.1:(\d+)//#), "\(worker.log)")
            let port = try #require(UInt16(match.1))
            let seed = Stage.seed()
            var requests = Requests(random: SplitMix64(seed: seed), topic: scenario.topic)
            var statuses: [Int: Int] = [:]
            var faults: [String] = []
            var (count, unanswered, first) = (0, 0, 0)
            let end = Date(timeIntervalSinceNow: seconds)
            while Stage.isLong ? Date() < end : count < 2_000, faults.count < 10 {
                count += 1
                let (method, text) = requests.next()
                let isWhole = requests.random.chance(70)
                let client = try #require(HTTPClient(port: port, patienceSeconds: 20), "SEED=\(seed) \(worker.log)")
                client.send(isWhole ? Array(text.utf8) : requests.random.mutated(Array(text.utf8)))
                // What was changed may have no end.
                if !isWhole { client.finishSending() }
                var answer = client.receive(isHead: method == "HEAD")
                if answer?.status == 100 { answer = client.receive(isHead: method == "HEAD") }
                if let answer {
                    statuses[answer.status, default: 0] += 1
                    if let fault = fault(answer, isWhole: isWhole, isHead: method == "HEAD") {
                        faults.append("\(fault): \(answer) to \(text.debugDescription)")
                    }
                } else if isWhole {
                    faults.append("no answer to \(text.debugDescription)")
                } else {
                    unanswered += 1
                }
                if count == 1_000 { first = try memory(worker.identifier) }
            }
            let last = try memory(worker.identifier)
            Stage.figure(
                "fuzzed requests: \(count), \(unanswered) without an answer, \(statuses.sorted { $0.key < $1.key }), \(first) MiB, then \(last) MiB, SEED=\(seed)"
            )
            #expect(faults.isEmpty, "SEED=\(seed) \(faults.joined(separator: "\n"))")
            #expect(last < first + 64)
            #expect(statuses[200, default: 0] > count / 20 && statuses[400, default: 0] > count / 20)
            let client = try #require(HTTPClient(port: port))
            let good = try #require(client.ask("GET", "/v1/views/orders/order/o-1"))
            #expect(good.status == 200 && good.body.contains("\"status\":\"paid\""), "\(good)")
            #expect(try worker.stop() == 0, "\(worker.log)")
        }
    }
}
