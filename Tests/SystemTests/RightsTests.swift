import Foundation
import RedisServer
import Testing

extension SystemTests {
    @Suite(.serialized) struct `Rights` {
        /// The command in the article Deployment, with other words for the password and the keys.
        private static func documentedRules() throws -> [String] {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let article = try String(
                contentsOf: root.appending(path: "Sources/Lantern/Lantern.docc/Deployment.md"), encoding: .utf8)
            let line = try #require(article.split(separator: "\n").first { $0.hasPrefix("    ACL SETUSER lantern ") })
            return line.split(separator: " ").dropFirst(3).map(String.init).filter { $0 != "~order:*" }
        }

        @Test func `the documented user of Redis projects orders to the end, once it may use the keys`() throws {
            let scenario = try Scenario("rights")
            var source = OrderSource(seed: Stage.seed(), orders: 200)
            try scenario.send(2_000, from: &source)
            try scenario.flush()
            let prefixes = ["order:*", "customer-revenue:*", "customers:*", "orders:*"]
            var rules = try Self.documentedRules()
            try scenario.redis.cli(["ACL", "SETUSER", "lantern"] + rules)
            let url = scenario.redis.url.replacing("redis://", with: "redis://lantern:PASSWORD@")
            let path = try scenario.configure(redis: url)
            let refused = try scenario.run(path, ["--until-end"])
            #expect(try refused.exitCode() == 4)
            #expect(refused.log.contains("lacks rights: keys order:*, "), "\(refused.log)")
            rules = prefixes.map { "~\($0)" }
            try scenario.redis.cli(["ACL", "SETUSER", "lantern"] + rules)
            let worker = try scenario.run(path, ["--until-end"])
            #expect(try worker.exitCode() == 0, "\(worker.log)")
            try scenario.expectEqual()
        }
    }
}
