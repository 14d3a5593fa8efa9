import Foundation
import Oracle
import RedisServer
import Testing

extension SystemTests {
    /// `lantern init` and `lantern watch` on real servers.
    @Suite(.serialized) struct `A new user` {
        @Test func `has a file proposed, runs it as it is, and watches a row change`() throws {
            let scenario = try Scenario("proposal", partitions: 3)
            var source = OrderSource(seed: Stage.seed(), orders: 300)
            try scenario.send(3_000, from: &source)
            try scenario.flush()
            let path = scenario.folder.appendingPathComponent("proposed.yaml").path
            let words = ["init", "--topic", scenario.topic, "--kafka", scenario.servers, "--redis", scenario.redis.url]
            let made = try scenario.lantern(words + ["--events", "900", "--output", path])
            #expect(made.code == 0 && made.text.contains("0 of them would be parked"), "\(made.text)")
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.contains("type: $.type") && text.contains("key: $.orderId"), "\(text)")
            let again = try scenario.lantern(words + ["--output", path])
            #expect(again.code == 2 && again.text.contains("is not overwritten"), "\(again.text)")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
            let missing = try scenario.lantern([
                "init", "--topic", "no-such", "--kafka", scenario.servers, "--output", "-",
            ])
            #expect(missing.code != 0 && missing.text.contains("topic no-such does not exist"), "\(missing.text)")

            let run = try scenario.run(path, ["--until-end"])
            #expect(try run.exitCode() == 0, "\(run.log)")
            let projection = try #require(text.firstMatch(of: #/(?m)^  (proposal-[0-9]+):$/#)).1
            let parked = try scenario.lantern(["parked", "list", "--config", path, String(projection), "--json"])
            #expect(parked.code == 0 && !parked.text.contains("offset"), "\(parked.text)")

            let worker = try scenario.run(path)
            let watch = try WorkerProcess(
                ["watch", "--config", path, String(projection), String(projection), "o-1", "--interval", "50ms"],
                logPath: scenario.folder.appendingPathComponent("watch.log").path)
            try #require(watch.waitForLog("of view"), "\(watch.log)")
            let value =
                #"{"type":"OrderPaid","orderId":"o-1","customerId":"c-7","total":77.25,"at":"2026-01-01T00:00:00Z","lines":[]}"#
            let event = try scenario.send(key: Array("o-1".utf8), value: Array(value.utf8)).event
            try scenario.flush()
            #expect(
                watch.waitForLog("\(event.topic)-\(event.partition)@\(event.offset)"), "\(watch.log)\n\(worker.log)")
            #expect(watch.log.contains("c-7"), "\(watch.log)")
            #expect(try watch.stop() == 0)
            #expect(try worker.stop() == 0)
        }
    }
}
