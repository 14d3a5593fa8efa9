import Configuration
import Foundation
import PatientRedis
import Projections
import Redis
import RedisServer
import Testing

@testable import Worker

@Suite struct `Rights in Redis` {
    private static let plan = Result {
        try Configuration.parse(
            text: """
                kafka: { bootstrap.servers: b }
                redis: redis://r
                projections:
                  p:
                    version: 1
                    topics: { t: { key: $.k } }
                    views:
                      h: { hash: "h:h:{@key}", events: { "*": { set: { n: $.n } } } }
                      s: { sorted-set: "all-[s]", member: $.m, events: { "*": { increment: 1 } } }
                      a: { set: "h:a", member: $.m, events: { "*": add } }
                      b: { latest: "h:b", keep: 3, member: $.m, events: { "*": add } }
                      c: { unique: "h:c", member: $.m, events: { "*": add } }
                      d: { buckets: "h:d", every: 1m, retain: 1h, events: { "*": { increment: { n: 1 } } } }
                      e: { counter: "h:e", events: { "*": { increment: 1 } } }
                      f: { document: "h:f:{@key}", ttl: 1d, events: { "*": { set: all } } }
                """, file: "f", environment: [:]
        ).projections[0]
    }

    /// What is wrong with the rights of a user with these ACL rules; nil if nothing is.
    private func fault(_ rules: String...) throws -> WorkerError? { try fault(rules) }

    /// Of worker.acl, for this test's user: without `user NAME on`, which it is already.
    private static func shippedRules() throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "deploy/redis/worker.acl"), encoding: .utf8)
        return text.split(whereSeparator: \.isWhitespace).dropFirst(3).map(String.init) + ["~h:*", "~all-*"]
    }

    private func fault(_ rules: [String], announcing: Bool = false) throws -> WorkerError? {
        let stage = try Stage()
        try stage.server.cli(["ACL", "SETUSER", "u", "on", ">pass"] + rules)
        var options = try RedisOptions(patient: "redis://u:pass@127.0.0.1:\(stage.server.port)")
        options.clientName = ""
        var redis = try RedisConnection.open(options)
        do {
            var plan = try Self.plan.get()
            plan.announcesChanges = announcing
            try RedisRights.check([plan], &redis)
            #expect(try stage.server.cli(["DBSIZE"]).contains("0"))
            return nil
        } catch let error as WorkerError { return error }
    }

    @Test func `a user with all of them passes, and nothing is written`() throws {
        #expect(try fault("~*", "+@all") == nil)
        #expect(try fault("~lantern:*", "~h:*", "~all-[[]s]", "+@all") == nil)
    }

    @Test func `the rights in worker.acl are enough for every kind of view`() throws {
        let rules = try Self.shippedRules()
        #expect(rules.count > 30)
        #expect(try fault(rules) == nil)
        #expect(try fault(rules, announcing: true) == nil)
    }

    @Test func `the right to name changes is missed by projections that name them, and by no other`() throws {
        let rules = try Self.shippedRules() + ["-xadd"]
        #expect(try fault(rules) == nil)
        let error = try #require(try fault(rules, announcing: true))
        #expect(error.code == .refused)
        #expect(error.message.contains(" lacks rights: commands XADD. Nothing was written. "), "\(error.message)")
        #expect(error.message.hasSuffix("`ACL SETUSER u +xadd`."), "\(error.message)")
    }

    @Test func `all commands that are missing are named at once`() throws {
        let error = try #require(try fault("~*", "+@all", "-hincrby", "-watch", "-info", "-zincrby"))
        #expect(error.code == .refused)
        #expect(error.message.hasPrefix("Redis user u at redis://u:***@127.0.0.1:"))
        #expect(error.message.contains(" lacks rights: commands HINCRBY, INFO, WATCH, ZINCRBY. "))
        #expect(error.message.contains("`ACL SETUSER u +hincrby +info +watch +zincrby`"))
    }

    @Test func `all key patterns that are missing are named at once, with the commands`() throws {
        let error = try #require(try fault("~h:*", "+@all", "-hset"))
        #expect(
            error.message.contains(
                " lacks rights: commands HSET; keys lantern:claims, lantern:p:*, all-\\[s\\]. "))
        #expect(error.message.contains("`ACL SETUSER u +hset ~lantern:claims ~lantern:p:* ~all-\\[s\\]`"))
    }
}
