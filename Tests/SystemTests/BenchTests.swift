import Foundation
import KafkaServer
import Oracle
import RedisServer
import Testing

extension SystemTests {
    @Suite(.serialized) struct `lantern bench` {
        /// As much of `--json` as is looked at.
        private struct Results: Decodable {
            struct Projection: Decodable {
                struct Stage: Decodable { var microseconds: Double }
                var projection: String
                var events: Int
                var rows: Int
                var commands: Int
                var bad: Int
                var kafka: Stage
                var decode: Stage
                var fold: Stage
                var redis: Stage
            }
            var projections: [Projection]
        }

        private func results(_ ended: (text: String, code: Int32)) throws -> Results {
            #expect(ended.code == 0, "\(ended.text)")
            let start = try #require(ended.text.firstIndex(of: "{"), "\(ended.text)")
            return try JSONDecoder().decode(Results.self, from: Data(ended.text[start...].utf8))
        }

        /// The consumer groups that Kafka knows, by its own tool.
        private func groups(_ servers: String) throws -> [String] {
            let tool = Process()
            tool.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            let home = try #require(KafkaServer.home)
            tool.arguments = [
                "java", "-cp", "\(home)/libs/*", "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
                "--bootstrap-server", servers, "--list",
            ]
            let output = Pipe()
            tool.standardOutput = output
            tool.standardError = FileHandle.nullDevice
            try tool.run()
            let data = output.fileHandleForReading.readDataToEndOfFile()
            tool.waitUntilExit()
            #expect(tool.terminationStatus == 0)
            return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init).sorted()
        }

        @Test func `it times every part and leaves rows, checkpoints and groups as they were`() throws {
            let scenario = try Scenario("bench")
            var source = OrderSource(seed: Stage.seed(), orders: 2_000)
            try scenario.send(20_000, from: &source)
            try scenario.flush()
            let configuration = try scenario.configure(worker: "{ lanes: 1 }")
            #expect(try scenario.run(configuration, ["--until-end"]).exitCode() == 0)
            let (keys, checkpoints) = (try scenario.redis.cli(["DBSIZE"]), scenario.checkpoints())
            let groups = try groups(Stage.kafka().bootstrapServers)

            let ended = try scenario.lantern(["bench", "--config", configuration, "--json"])
            let found = try #require(try results(ended).projections.first)

            #expect(found.projection == scenario.projection.name)
            #expect(found.events == 20_000)
            #expect(found.bad == scenario.fold.parked.count)
            #expect(found.rows > 1_000 && found.commands > found.rows / 2)
            for stage in [found.kafka, found.decode, found.fold, found.redis] { #expect(stage.microseconds > 0) }
            try scenario.expectEqual()
            #expect(scenario.checkpoints() == checkpoints && checkpoints.count == 8)
            #expect(try scenario.redis.cli(["DBSIZE"]) == keys)
            #expect(try self.groups(Stage.kafka().bootstrapServers) == groups && !groups.isEmpty)
        }

        @Test func `it ends at the number of events, and needs no worker before it`() throws {
            let scenario = try Scenario("bench-short")
            var source = OrderSource(seed: Stage.seed(), orders: 500)
            try scenario.send(5_000, from: &source)
            try scenario.flush()
            let ended = try scenario.lantern([
                "bench", "--config", try scenario.configure(), "--json", "--events", "1234",
            ])
            let found = try #require(try results(ended).projections.first)
            #expect(found.events == 1_234)
            #expect(found.rows > 0)
            #expect(try scenario.redis.cli(["DBSIZE"]).trimmingCharacters(in: .whitespacesAndNewlines) == "0")
        }
    }
}
