import Foundation
import Kafka
import KafkaServer
import Oracle
import Projections
import Records
import RedisServer
import Testing

extension SystemTests {
    @Suite(.serialized) struct `Bad input` {
        /// Runs to the end and expects this exit code, these words, no crash, and a Redis without any key.
        private func expectRefused(
            _ scenario: Scenario, _ configuration: String, code: Int32, saying words: [String],
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let worker = try scenario.run(configuration, ["--until-end"])
            let seen = try worker.exitCode()
            #expect(seen == code, "\(worker.log)", sourceLocation: sourceLocation)
            for word in words {
                #expect(worker.log.contains(word), "no '\(word)' in: \(worker.log)", sourceLocation: sourceLocation)
            }
            // The note for `status` expires by itself.
            _ = try? scenario.reader().command("DEL", KeySpace(projection: scenario.projection.name).blocked)
            guard let reply = try? scenario.reader().command("DBSIZE"), case .integer(let keys) = reply else { return }
            #expect(keys == 0, "something was half done", sourceLocation: sourceLocation)
        }

        private func edited(_ path: String, _ change: (String) -> String) throws -> String {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let to = path + ".edited.yaml"
            try change(text).write(toFile: to, atomically: true, encoding: .utf8)
            return to
        }

        @Test func `a missing file and an unknown key are usage errors`() throws {
            let scenario = try Scenario("usage", partitions: 1)
            let missing = scenario.folder.appendingPathComponent("missing.yaml").path
            try expectRefused(scenario, missing, code: 2, saying: ["missing.yaml"])
            let unknown = try edited(scenario.configure()) { $0.replacing("projections:", with: "projectoins:") }
            try expectRefused(scenario, unknown, code: 2, saying: ["projectoins", "projections"])
        }

        @Test func `an unreachable broker is named`() throws {
            let scenario = try Scenario("no-broker", partitions: 1)
            let port = try freePort()
            let servers = try Stage.kafka().bootstrapServers
            let path = try edited(scenario.configure()) { $0.replacing(servers, with: "127.0.0.1:\(port)") }
            try expectRefused(scenario, path, code: 4, saying: ["\(port)"])
        }

        @Test func `status shows what Redis knows when Kafka is away`() throws {
            let scenario = try Scenario("kafka-away", partitions: 2)
            var source = OrderSource(seed: Stage.seed(), orders: 100)
            try scenario.send(50, from: &source)
            try scenario.flush()
            let path = try scenario.configure()
            #expect(try scenario.run(path, ["--until-end"]).exitCode() == 0)
            let servers = try Stage.kafka().bootstrapServers
            let port = try freePort()
            let away = try edited(path) { $0.replacing(servers, with: "127.0.0.1:\(port)") }
            let status = try scenario.lantern(["status", "--config", away])
            #expect(status.code == 4 && status.text.contains("127.0.0.1:\(port) cannot be reached"), "\(status.text)")
            let next = scenario.written[1]
            let line = status.text.split(separator: "\n").first { $0.hasPrefix("\(scenario.topic)-1 ") }
            #expect(line?.split(separator: " ").dropFirst().prefix(3) == ["\(next)", "-", "-"], "\(status.text)")
        }

        @Test func `an unreachable Redis is named`() throws {
            let scenario = try Scenario("no-redis", partitions: 1)
            let port = try freePort()
            try expectRefused(
                scenario, scenario.configure(redis: "redis://127.0.0.1:\(port)"), code: 4, saying: ["\(port)"])
        }

        @Test func `a wrong password is said to be one and is not shown`() throws {
            let scenario = try Scenario("password", partitions: 1, redis: ["--requirepass", "right"])
            let url = "redis://:wrong-secret@127.0.0.1:\(scenario.redis.port)"
            let worker = try scenario.run(scenario.configure(redis: url), ["--until-end"])
            #expect(try worker.exitCode() == 4, "\(worker.log)")
            #expect(worker.log.lowercased().contains("password"), "\(worker.log)")
            #expect(!worker.log.contains("wrong-secret"), "\(worker.log)")
        }

        @Test func `a password that is missing, and a file of one, say what to write`() throws {
            let scenario = try Scenario("no-password", partitions: 1, redis: ["--requirepass", "right"])
            let url = "redis://127.0.0.1:\(scenario.redis.port)"
            let worker = try scenario.run(scenario.configure(redis: url), ["--until-end"])
            #expect(try worker.exitCode() == 4, "\(worker.log)")
            #expect(worker.log.contains("NOAUTH") && worker.log.contains("password-file"), "\(worker.log)")
            let path = try edited(scenario.configure(redis: url)) {
                $0.replacing("redis: \"\(url)\"", with: "redis: { url: \"\(url)\", password-file: /nowhere/secret }")
            }
            let second = try scenario.run(path, ["--until-end"])
            #expect(try second.exitCode() == 2, "\(second.log)")
            #expect(second.log.contains("/nowhere/secret") && second.log.contains("No such file"), "\(second.log)")
        }

        @Test func `a wrong property of Kafka is reported with its place`() throws {
            let scenario = try Scenario("property", partitions: 1)
            let unknown = try scenario.configure("unknown", kafka: ["fetch.mesage.max.bytes: 5"])
            try expectRefused(
                scenario, unknown, code: 2, saying: ["unknown.yaml:3:3: ", "did you mean `fetch.message.max.bytes`?"])
            let wrong = try scenario.configure("wrong", kafka: ["session.timeout.ms: soon"])
            try expectRefused(scenario, wrong, code: 2, saying: ["wrong.yaml:3:3: ", "session.timeout.ms"])
        }

        @Test func `a Redis Cluster is refused`() throws {
            let scenario = try Scenario("cluster", partitions: 1, redis: ["--cluster-enabled", "yes"])
            try expectRefused(scenario, scenario.configure(), code: 4, saying: ["Redis Cluster", "single master"])
        }

        @Test func `a Redis older than 6.2 is refused`() throws {
            let scenario = try Scenario("old", partitions: 1)
            guard case .text(let info) = try scenario.reader().command("INFO", "server"),
                let version = String(decoding: info, as: UTF8.self).firstMatch(of: /redis_version:(\d)/)
            else { throw SystemTestFailure(description: "INFO says no version") }
            let proxy = try TCPProxy(to: UInt16(scenario.redis.port))
            proxy.replace(String(version.0), by: "redis_version:5")
            try expectRefused(
                scenario, scenario.configure(redis: proxy.url), code: 4, saying: ["is version 5", "6.2 or later"])
        }

        @Test func `an end that another version's views cannot reach is not waited for`() throws {
            let scenario = try Scenario("version", partitions: 1)
            let path = try scenario.configure()
            #expect(try scenario.run(path, ["--until-end"]).exitCode() == 0)
            let newer = try edited(path) { $0.replacing("version: 1", with: "version: 2") }
            let worker = try scenario.run(newer, ["--until-end"])
            #expect(try worker.exitCode() == 4, "\(worker.log)")
            #expect(worker.log.contains("lantern run --fresh orders"), "\(worker.log)")
            let status = try scenario.lantern(["status", "--config", newer])
            #expect(status.text.contains("built by another version than this file's"), "\(status.text)")
        }

        @Test func `a partition that halts at its very end is a halt`() throws {
            let scenario = try Scenario("at-end", partitions: 1)
            let path = try scenario.configure()
            #expect(try scenario.run(path, ["--until-end"]).exitCode() == 0)
            let keys = KeySpace(projection: scenario.projection.name)
            guard case .text(let text) = try scenario.reader().command("GET", keys.generation) else {
                Issue.record("there is no generation")
                return
            }
            let generation = String(decoding: text, as: UTF8.self)
            let identifier = try #require(GenerationRecord(text: generation)?.identifier)
            // Another generation's damage is nobody's.
            _ = try scenario.reader().command(
                "HSET", keys.damage, DamageRecord.field("00000000", scenario.topic, 0), "checkpoint=0 a row broke")
            #expect(try scenario.run(path, ["--until-end"]).exitCode() == 0)
            #expect(try scenario.lantern(["status", "--config", path]).code == 0)
            _ = try scenario.reader().command(
                "HSET", keys.damage, DamageRecord.field(identifier, scenario.topic, 0), "checkpoint=0 a row broke")
            let worker = try scenario.run(path, ["--until-end"])
            #expect(try worker.exitCode() == 3, "\(worker.log)")
            #expect(try scenario.lantern(["status", "--config", path]).code == 3)
        }

        @Test func `a topic that does not exist is named`() throws {
            let scenario = try Scenario("no-topic", partitions: 1)
            let path = try edited(scenario.configure()) { $0.replacing(scenario.topic, with: "nowhere-to-be-found") }
            try expectRefused(scenario, path, code: 4, saying: ["nowhere-to-be-found"])
        }

        @Test func `a Redis that evicts is refused`() throws {
            let scenario = try Scenario(
                "evicts", partitions: 1, redis: ["--maxmemory-policy", "allkeys-lru", "--maxmemory", "100mb"])
            try expectRefused(scenario, scenario.configure(), code: 4, saying: ["allkeys-lru", "noeviction"])
        }

        @Test func `a topic whose values are not JSON halts at once and shows its bytes`() throws {
            let scenario = try Scenario("not-json", partitions: 1)
            for index in 0..<300 {
                try scenario.send(key: Array("k-\(index)".utf8), value: [0, 0, 0, 0, 7, 2, 4, UInt8(index % 256)])
            }
            try scenario.flush()
            let worker = try scenario.run(scenario.configure(), ["--until-end"])
            #expect(try worker.exitCode() == 3, "\(worker.log.suffix(4_000))")
            #expect(!worker.lines("not-json").isEmpty, "\(worker.log.suffix(4_000))")
            #expect(scenario.passed() == 0)
            let keys = try scenario.reader().command("KEYS", "*parked*")
            #expect(keys == .array([]))
        }
    }
}
