import Foundation
import Oracle
import RedisServer
import Testing

extension SystemTests {
    /// The users of deploy/redis, who may do nothing but what their files say.
    @Suite(.serialized) struct `Rights` {
        private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()

        /// The rules of a file's user.
        private static func rules(_ file: String) throws -> [String] {
            let text = try String(contentsOf: root.appending(path: "deploy/redis/\(file).acl"), encoding: .utf8)
            return text.split(whereSeparator: \.isWhitespace).dropFirst(2).map(String.init)
        }

        private let scenario: Scenario
        private var source = OrderSource(seed: Stage.seed(), orders: 100)
        /// With the user of worker.acl.
        private let path: String
        private let changed: String

        init() throws {
            scenario = try Scenario("rights", partitions: 2)
            try scenario.send(500, from: &source)
            try scenario.send(key: Array("bad".utf8), value: Array("{".utf8))
            try scenario.flush()
            // What the definition that a build is made of has for itself.
            try scenario.redis.cli(
                ["ACL", "SETUSER", "lantern"] + Self.rules("worker") + [">PASSWORD", "~order-v2:*"])
            let url = scenario.redis.url.replacing("redis://", with: "redis://lantern:PASSWORD@")
            path = try scenario.configure(redis: url)
            changed = try scenario.configure("changed", redis: url, as: scenario.changedProjection())
        }

        private func expect(
            _ command: String, _ config: String, exits code: Int32 = 0, _ words: String? = nil,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let parts = command.split(separator: " ").map(String.init)
            let answer = try scenario.lantern(parts + ["--config", config])
            #expect(answer.code == code, "\(command): \(answer.text)", sourceLocation: sourceLocation)
            guard let words else { return }
            #expect(answer.text.contains(words), "\(command): \(answer.text)", sourceLocation: sourceLocation)
        }

        @Test func `worker.acl is enough for views, a rebuild, a promotion, and looking: Redis refuses nothing`() throws
        {
            let old = try scenario.run(path)
            try scenario.waitUntilDone(old)
            try scenario.expectEqual()
            try expect("status", path, "caught-up")
            for view in scenario.projection.views.map(\.name) { try expect("get orders \(view)", path) }
            try expect("parked list", path, "not JSON")
            let bad = try #require(scenario.fold.parked.first)
            try expect("parked skip orders \(scenario.topic):\(bad.partition):\(bad.offset)", path)

            try expect("plan", changed)
            try expect("rebuild --until-caught-up", changed)
            try expect("diff", changed, exits: 5)
            try expect("promote", changed)
            #expect(try scenario.differences(0, as: scenario.changedProjection()) == [])
            try expect("generations", changed)
            try expect("rollback", path)
            try expect("drop --yes", path, "dropped in database")
            #expect(try old.stop() == 0, "\(old.log)")
            if Stage.isLong {
                try expect("verify --heal", path)
                try expect("bench --events 100", path)
                try expect("run --fresh orders --yes --until-end", path)
                try scenario.expectEqual()
            }
            #expect(try scenario.redis.cli(["ACL", "LOG"]) == "")
        }

        @Test(arguments: [
            ("-hincrby", "commands HINCRBY."), ("-watch", "commands WATCH."), ("-scan", "commands SCAN."),
            ("-zremrangebyrank", "commands ZREMRANGEBYRANK."), ("resetkeys", "keys lantern:claims, "),
        ])
        func `one right less is named at the start, and nothing is written`(rule: String, words: String) throws {
            try scenario.redis.cli(["ACL", "SETUSER", "lantern", rule])
            let refused = try scenario.run(path, ["--until-end"])
            #expect(try refused.exitCode() == 4)
            #expect(refused.log.contains("Redis user lantern at "), "\(refused.log)")
            #expect(refused.log.contains("lacks rights: \(words)"), "\(refused.log)")
            #expect(try scenario.redis.cli(["DBSIZE"]) == "0")
        }

        @Test func `a build without the right to exchange databases is refused before it begins`() throws {
            #expect(try scenario.run(path, ["--until-end"]).exitCode() == 0)
            try scenario.redis.cli(["ACL", "SETUSER", "lantern", "-swapdb"])
            try expect("rebuild --until-caught-up", changed, exits: 4, "SWAPDB")
            #expect(try !scenario.redis.cli(["INFO", "keyspace"]).contains("db15"))
        }

        @Test func `reader.acl reads each view, and neither writes nor sees what is Lantern's own`() throws {
            #expect(try scenario.run(path, ["--until-end"]).exitCode() == 0)
            try scenario.redis.cli(["ACL", "SETUSER", "reader"] + Self.rules("reader") + [">PASSWORD"])
            func ask(_ command: String) throws -> String {
                try scenario.redis.cli(
                    ["--user", "reader", "--pass", "PASSWORD"] + command.split(separator: " ").map(String.init))
            }
            let customer = try #require(try ask("ZREVRANGE customers:by-revenue 0 0").split(separator: "\n").first)
            #expect(try ask("HGETALL customer-revenue:\(customer)").contains("cents"))
            #expect(try ask("ZREVRANGE orders:latest 0 9 WITHSCORES").split(separator: "\n").count == 20)
            for command in [
                "HSET customer-revenue:\(customer) cents 1", "DEL orders:latest", "HGETALL lantern:claims", "SELECT 1",
                "KEYS *", "GET session:1",
            ] {
                #expect(try ask(command).hasPrefix("NOPERM"), "\(command)")
            }
        }
    }
}
