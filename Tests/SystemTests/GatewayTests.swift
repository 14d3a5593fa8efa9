import Foundation
import Oracle
import Records
import RedisServer
import Testing
import WebClient

extension SystemTests {
    /// A worker with a gateway, asked and operated over HTTP.
    @Suite(.serialized) struct `Over HTTP` {
        private static let readToken = "read-token-0123456789"
        private static let operateToken = "operate-token-0123456789"

        private func configure(_ scenario: Scenario, _ name: String = "lantern", as other: Bool = false) throws
            -> String
        {
            for (file, token) in [("read", Self.readToken), ("operate", Self.operateToken)] {
                try token.write(
                    toFile: scenario.folder.appendingPathComponent(file).path, atomically: true, encoding: .utf8)
            }
            let folder = scenario.folder.path
            return try scenario.configure(
                name, as: other ? scenario.changedProjection() : nil,
                more: [
                    "gateway: { listen: \"127.0.0.1:0\", read-token-file: \(folder)/read, operate-token-file: \(folder)/operate }"
                ])
        }

        /// The port that its log names.
        private func port(of worker: WorkerProcess) throws -> UInt16 {
            try #require(worker.waitForLog("the gateway listens"), "\(worker.log)")
            let match = try #require(worker.log.firstMatch(of: #/http://127\.0\.0\.1:(\d+)//#), "\(worker.log)")
            return try #require(UInt16(match.1))
        }

        private func get(_ path: String, _ port: UInt16) throws -> (status: Int, body: String) {
            let client = try #require(HTTPClient(port: port))
            let answer = try #require(client.ask("GET", path, ["Authorization: Bearer \(Self.readToken)"]))
            return (answer.status, answer.body)
        }

        private func post(_ path: String, _ body: String, _ port: UInt16) throws -> (status: Int, body: String) {
            let client = try #require(HTTPClient(port: port))
            let headers = ["Authorization: Bearer \(Self.operateToken)", "Sec-Fetch-Site: same-origin"]
            let answer = try #require(client.ask("POST", path, headers, body: body))
            return (answer.status, answer.body)
        }

        private func order(_ type: String, total: String) -> [UInt8] {
            Array(
                #"{"type":"\#(type)","orderId":"<b>","customerId":"c","total":\#(total),"at":"2026-01-01T00:00:00Z"}"#
                    .utf8)
        }

        @Test func `a parked event is looked at, edited and gone, and the verdict follows Redis`() throws {
            let scenario = try Scenario("gateway", partitions: 2)
            let bad = try scenario.send(key: Array("<b>".utf8), value: order("OrderPaid", total: "\"x\"")).event
            try scenario.flush()
            let path = try configure(scenario)
            let worker = try scenario.run(path)
            try scenario.waitUntilDone(worker)
            let port = try port(of: worker)
            #expect(try eventually(within: 60) { try get("/health", port).body.contains("parked") })
            #expect(try get("/health", port).status == 200 && get("/livez", port).status == 200)
            #expect(try eventually(within: 60) { try get("/readyz", port).status == 200 })
            let metrics = try get("/metrics", port).body
            #expect(
                metrics.contains("lantern_build_info") && metrics.contains("lantern_http_requests_total"), "\(metrics)")

            let place = KeySpace.eventName(bad.topic, Int32(bad.partition), Int64(bad.offset))
            #expect(try get("/parked?projection=orders", port).body.contains("\"key\":\"<b>\""))
            let shown = try get("/parked/event?projection=orders&place=\(place)", port).body
            #expect(shown.contains(#"\"total\":\"x\""#), "\(shown)")
            let value = String(decoding: order("OrderPlaced", total: "2.50"), as: UTF8.self).replacing(
                "\"", with: "\\\"")
            let edited = try post(
                "/actions/edit", #"{"projection":"orders","place":"\#(place)","value":"\#(value)"}"#, port)
            #expect(edited.status == 200 && edited.body.contains("done"), "\(edited)")
            #expect(try scenario.reader().command("HGET", "order:<b>", "status") == .text(Array("placed".utf8)))
            #expect(
                try eventually(within: 60) { try get("/health", port).body == "ok: all is well\n" })
            #expect(try post("/actions/skip", #"{"projection":"orders","place":"x"}"#, port).status == 400)
            #expect(try post("/actions/skip", #"{"projection":"none","place":"\#(place)"}"#, port).status == 404)

            try scenario.redis.kill()
            #expect(try eventually(within: 60) { try get("/health", port).status == 503 })
            #expect(try get("/health", port).body.contains("Redis"))
            #expect(
                try get("/status", port).status == 200 && get("/livez", port).status == 200
                    && get("/", port).status == 200)
            #expect(try get("/parked?projection=orders", port).status == 503)
            #expect(try scenario.lantern(["health", "--url", "http://127.0.0.1:\(port)/health"]).code == 1)
            #expect(try scenario.lantern(["health", "--url", "http://localhost:\(port)/livez"]).code == 0)
            #expect(try worker.stop() == 0, "\(worker.log)")
            #expect(!worker.log.contains(Self.readToken) && !worker.log.contains(Self.operateToken))
            #expect(try scenario.lantern(["health", "--url", "http://127.0.0.1:\(port)"]).code == 4)
        }

        @Test func `a build is promoted and taken back, each after its dry run`() throws {
            let scenario = try Scenario("gateway-promote", partitions: 2)
            for type in ["OrderPlaced", "OrderPaid"] {
                try scenario.send(key: Array("<b>".utf8), value: order(type, total: "1.50"))
            }
            try scenario.flush()
            let old = try scenario.run(configure(scenario))
            try scenario.waitUntilDone(old)
            let path = try configure(scenario, "changed", as: true)
            let built = try scenario.lantern(["rebuild", "--config", path, "--until-caught-up"])
            try #require(built.code == 0, "\(built.text)")
            let gateway = try WorkerProcess(
                ["serve", "--config", path], logPath: scenario.folder.appendingPathComponent("serve.log").path)
            let port = try port(of: gateway)
            let trial = try post("/actions/promote", "{}", port)
            #expect(trial.status == 200 && trial.body.contains(#""dryRun":true"#), "\(trial)")
            #expect(try scenario.reader().command("EXISTS", "order-v2:<b>") == .integer(0))
            let done = try post("/actions/promote", #"{"dryRun":false}"#, port)
            #expect(done.body.contains(#""swapped":true"#), "\(done) \(gateway.log)")
            #expect(try scenario.reader().command("EXISTS", "order-v2:<b>") == .integer(1))
            let again = try post("/actions/promote", #"{"dryRun":false}"#, port)
            #expect(again.status == 409 && again.body.contains("is live already"), "\(again)")
            let back = try post("/actions/rollback", #"{"dryRun":false}"#, port)
            #expect(back.body.contains(#""swapped":true"#), "\(back) \(gateway.log)")
            #expect(try scenario.reader().command("EXISTS", "order:<b>") == .integer(1))
            let dropped = try post("/actions/drop", #"{"dryRun":false}"#, port)
            #expect(dropped.status == 200 && dropped.body.contains("in database 15"), "\(dropped)")
            let history = try get("/history", port).body
            #expect(history.contains("lantern promote") && history.contains("(gateway)"), "\(history)")
            #expect(try gateway.stop() == 0, "\(gateway.log)")
            #expect(try old.stop() == 0, "\(old.log)")
        }
    }
}
