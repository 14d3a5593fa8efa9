import Foundation
import Kafka
import Oracle
import Projections
import Records
import RedisServer
import Testing

extension SystemTests {
    /// What would keep a build from being promoted is refused before anything is built, with one clear message.
    @Suite(.serialized) struct `Refused before a build` {
        private func live(_ name: String, redis options: [String] = []) throws -> Scenario {
            let scenario = try Scenario(name, partitions: 1, redis: options)
            var source = OrderSource(seed: Stage.seed(), orders: 50)
            try scenario.send(200, from: &source)
            try scenario.flush()
            #expect(try scenario.run(scenario.configure(), ["--until-end"]).exitCode() == 0)
            return scenario
        }

        /// The command says it, and so does `plan`, and no other database has anything.
        private func expectRefused(
            _ scenario: Scenario, _ path: String, _ code: Int32, _ words: String, databases: Int = 16,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            for command in ["plan", "rebuild"] {
                let answer = try scenario.lantern([command, "--config", path])
                #expect(
                    answer.code == code && answer.text.contains(words), "\(command): \(answer.code) \(answer.text)",
                    sourceLocation: sourceLocation)
                let messages = answer.text.split(separator: "\n").filter { $0.contains("lantern: ") }
                #expect(messages.count == 1, "\(answer.text)", sourceLocation: sourceLocation)
            }
            for database in 1..<max(1, databases) {
                guard case .array(let keys) = try scenario.reader(database).command("KEYS", "*orders*") else {
                    continue
                }
                #expect(keys.isEmpty, "database \(database)", sourceLocation: sourceLocation)
            }
        }

        private func info(_ scenario: Scenario, _ name: String) throws -> Int {
            guard case .text(let text) = try scenario.reader().command("INFO", "memory") else { return 0 }
            let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
            return lines.first { $0.hasPrefix("\(name):") }.flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
        }

        @Test func `a Redis with one database`() throws {
            let scenario = try live("single", redis: ["--databases", "1"])
            let path = try scenario.configure("changed", as: scenario.changedProjection())
            try expectRefused(scenario, path, 4, "has no second database", databases: 1)
        }

        @Test
        func `a user without SWAPDB, foreign keys, another projection, no spare, memory, a log without its start`()
            throws
        {
            let scenario = try live("refusals")
            let changed = scenario.changedProjection()
            let path = try scenario.configure("changed", as: changed)
            try scenario.redis.cli(["ACL", "SETUSER", "u", "on", "nopass", "~*", "&*", "+@all", "-swapdb"])
            let user = scenario.redis.url.replacing("redis://", with: "redis://u@")
            try expectRefused(scenario, scenario.configure("user", redis: user, as: changed), 4, "refuses SWAPDB")

            let redis = try scenario.reader()
            _ = try redis.command("SET", "session:1", "x")
            try expectRefused(scenario, path, 1, "also holds session:1")
            _ = try redis.command("DEL", "session:1")
            let other = KeySpace(projection: "other").generation
            _ = try redis.command("SET", other, "x")
            try expectRefused(scenario, path, 1, "also holds projection other")
            _ = try redis.command("DEL", other)

            _ = try scenario.reader(14).command("SET", "mine", "x")
            let spare = try scenario.configure("spare", spare: [14], as: changed)
            try expectRefused(scenario, spare, 4, "no database of `spare` (14) is empty")

            let limit = try info(scenario, "used_memory") + 5_000
            _ = try redis.command("CONFIG", "SET", "maxmemory", "\(limit)")
            try expectRefused(scenario, path, 4, "too little memory")
            _ = try redis.command("CONFIG", "SET", "maxmemory", "0")

            var admin = try Admin(properties: [("bootstrap.servers", scenario.servers)], clientID: "system-tests")
            try admin.deleteRecords(topic: scenario.topic, partition: 0, before: 10, timeoutMilliseconds: 60_000)
            try expectRefused(scenario, path, 4, "begins at offset 10")
            try scenario.expectEqual()
        }
    }
}
