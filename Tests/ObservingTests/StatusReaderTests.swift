import Projections
import Records
import Redis
import RedisServer
import System
import Testing

@testable import Observing

@Suite struct `Reading the status` {
    private func options(_ server: RedisServer) throws -> RedisOptions {
        RedisOptions(
            address: try RedisAddress(server.url), connectTimeoutMilliseconds: 60_000,
            commandTimeoutMilliseconds: 60_000, replyLimits: .none)
    }

    @Test func `is from Redis alone, with the workers and what each has`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(options(server))
        let scene = Scene()
        let keys = KeySpace(projection: "orders")
        try redis.command("SET", keys.generation, scene.record.text)
        try redis.command("HSET", keys.growth, "orders", "2")
        for partition in 0..<2 {
            let checkpoint = Checkpoint(next: 42, confirmed: 42, writer: "w", time: 1_000)
            try redis.command(
                "SET", keys.checkpoint("orders", Int32(partition)), String(decoding: checkpoint.text, as: UTF8.self))
        }
        try redis.command("HSET", keys.about, About.state("1a2b3c4d", "orders", 1), "halted bad-event: no number")
        try redis.command("HSET", keys.about, About.rewinds("1a2b3c4d", "orders", 0), "4")
        try redis.command("ZADD", keys.parkedIndex("orders", 0), "7", "7:key")
        try redis.command("HSET", keys.damage, DamageRecord.field("ffffffff", "orders", 0), "checkpoint=1 another's")
        try redis.command("HSET", keys.requests, "orders:0:7", "x")
        var entry = scene.entry
        try WorkerRegistry.write(&entry, &redis)
        var old = WorkerEntry(id: "dead")
        old.stamp = entry.stamp - WorkerEntry.lifetime - 1_000
        try redis.command("HSET", KeySpace.workers, "dead", old.text)
        let before = try redis.command("INFO", "commandstats").text ?? ""
        var reader = StatusReader([
            StatusSubject(plan: Scene.plan, fingerprint: "f00", group: "team", redis: try options(server))
        ])
        let model = try reader.read(["orders": .known([LogBounds(low: 0, readable: 50, end: 50)])])
        #expect(!before.isEmpty && model.redis.isUp && (model.redis.memoryBytes ?? 0) > 0)
        #expect(model.workers.map(\.id) == ["w1"])
        let status = try #require(model.projections.first)
        #expect(status.group == "team-3-1a2b3c4d" && status.live && status.requests == 1 && status.rewinds == 4)
        #expect(status.parked == 1 && status.workers == ["w1"] && status.canBeFolded)
        #expect(status.partitions.map(\.worker) == ["w1", "w1"])
        #expect(status.partitions.map(\.lag) == [8, nil])
        // The topic has one partition by now, and the generation knew of two.
        #expect(status.partitions.map(\.needsAttention) == [false, true])
        #expect(try redis.command("EXISTS", KeySpace.workers).integer == 1)
    }

    @Test func `fails while Redis is away, and goes on when it is back`() throws {
        let server = try RedisServer()
        var reader = StatusReader([
            StatusSubject(plan: Scene.plan, fingerprint: "f00", redis: try options(server))
        ])
        #expect(try reader.read([:]).projections.first?.state == "not started")
        var redis = try RedisConnection.open(options(server))
        try redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        #expect(throws: RedisError.self) { _ = try reader.read([:]) }
        #expect(try reader.read([:]).projections.count == 1)
    }

    @Test func `compares an end with the checkpoint that was there before Kafka was asked`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(options(server))
        let scene = Scene()
        let keys = KeySpace(projection: "orders")
        try redis.command("SET", keys.generation, scene.record.text)
        try redis.command("HSET", keys.growth, "orders", "1")
        func write(_ next: Int64) throws {
            let checkpoint = Checkpoint(next: next, confirmed: next, writer: "w", time: 1_000)
            try redis.command(
                "SET", keys.checkpoint("orders", 0), String(decoding: checkpoint.text, as: UTF8.self))
        }
        var reader = StatusReader([
            StatusSubject(plan: Scene.plan, fingerprint: "f00", redis: try options(server))
        ])
        func state(_ end: Int64, askedAt: Int64) throws -> String? {
            let logs = ["orders": TopicLogs.known([LogBounds(low: 0, readable: end, end: end)])]
            return try reader.read(logs, askedAt: askedAt).projections.first?.partitions.first?.state
        }
        try write(40)
        _ = try reader.read([:])
        let asked = Clock.wallMilliseconds()
        // Events were written and projected since Kafka was asked.
        try write(90)
        #expect(try state(50, askedAt: asked) == "caught-up")
        #expect(try state(50, askedAt: asked) == "caught-up")
        // The log was shorter than the checkpoint already then; and it stays so for as long as Kafka is not asked again.
        #expect(try state(30, askedAt: asked) == "halted")
        for _ in 0..<20 { #expect(try state(30, askedAt: asked) == "halted") }
        // Kafka was asked before any checkpoint was read.
        #expect(try state(30, askedAt: asked - 3_600_000) == "caught-up")
    }
}
