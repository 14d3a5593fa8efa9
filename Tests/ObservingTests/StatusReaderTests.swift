import Bytes
import PatientRedis
import Projections
import Records
import Redis
import RedisServer
import System
import Testing

@testable import Observing

@Suite struct `Reading the status` {
    private func options(_ server: RedisServer) throws -> RedisOptions {
        try RedisOptions(patient: server.url)
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

    @Test func `has other generations, the first parked event and what was verified`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(options(server))
        let keys = KeySpace(projection: "orders")
        func write(_ record: GenerationRecord, next: [Int64], _ about: [String: String]) throws {
            try redis.command("SET", keys.generation, record.text)
            try redis.command("HSET", keys.growth, "orders", "2")
            for (partition, next) in next.enumerated() {
                let checkpoint = Checkpoint(next: next, confirmed: next, writer: "w")
                try redis.command(
                    "SET", keys.checkpoint("orders", Int32(partition)),
                    String(decoding: checkpoint.text, as: UTF8.self))
            }
            for (field, value) in about { try redis.command("HSET", keys.about, field, value) }
        }
        try write(
            Scene().record, next: [40, 20],
            [About.verified("v"): VerifiedRows(at: 5, same: 7, different: 1).text])
        let key = Array("k".utf8)
        let event = Event(
            topic: 0, partition: 1, offset: 9, timestamp: 1_234, key: key.span, value: nil, headers: HeaderList())
        let record = ParkedRecord(event, headers: HeaderList(), view: nil, reason: "bad")
        try redis.command([Array("HSET".utf8), Array(keys.parked("orders", 1).utf8), Array("9".utf8), record.bytes])
        for member in ["9:k", "12:k"] {
            try redis.command("ZADD", keys.parkedIndex("orders", 1), String(member.prefix { $0 != ":" }), member)
        }
        try redis.command("SELECT", "5")
        let former = GenerationRecord(number: 2, identifier: "00000002", fingerprint: "f00")
        try write(former, next: [40, 10], [About.liveUntil: "1000", About.buildRate: "5"])
        try redis.command("SELECT", "15")
        let build = GenerationRecord(number: 4, identifier: "00000004", fingerprint: "f01")
        try write(build, next: [30, 0], [About.builtAt: "77"])
        var plan = Scene.plan
        plan.views = [ViewPlan(name: "v", kind: .counter, key: TextTemplate(parts: [.literal("v")]), topics: [0])]
        var reader = StatusReader([
            StatusSubject(plan: plan, fingerprint: "f00", redis: try options(server), keepPrevious: 500)
        ])
        for _ in 0..<2 {
            let status = try #require(try reader.read([:]).projections.first)
            #expect(status.verified == ["v": VerifiedRows(at: 5, same: 7, different: 1)])
            #expect(status.partitions.map(\.parkedSince) == [nil, 1_234])
            let builds = status.builds.sorted { $0.number < $1.number }
            #expect(builds.map(\.isFormer) == [true, false] && builds.map(\.remaining) == [10, 30])
            #expect(builds.map(\.ratio) == [50.0 / 60, 30.0 / 60])
            #expect(builds[0].keptUntil == 1_500 && builds[0].secondsToLive == 2 && builds[0].builtAt == nil)
            #expect(builds[1].keptUntil == nil && builds[1].secondsToLive == nil && builds[1].builtAt == 77)
        }
        // What is behind the first one is found once that is gone.
        try redis.command("SELECT", "0")
        try redis.command("ZREM", keys.parkedIndex("orders", 1), "9:k")
        #expect(try reader.read([:]).projections.first?.partitions.map(\.parkedSince) == [nil, nil])
    }

    @Test func `a server that hangs is said to be away while it hangs, and is well again by itself`() throws {
        let server = try RedisServer()
        let keeper = StatusKeeper(
            [StatusSubject(plan: Scene.plan, fingerprint: "f00", redis: try options(server))], kafka: [],
            clientID: "test"
        ) { ProcessFigures(version: "1", startedAt: 0) }
        try keeper.start()
        defer { keeper.stop() }
        func waitFor(_ isUp: Bool) -> Bool {
            let deadline = Deadline(milliseconds: 60_000)
            while keeper.status.redis.isUp != isUp, !deadline.hasPassed { Pause.milliseconds(20) }
            return keeper.status.redis.isUp == isUp
        }
        #expect(waitFor(true))
        server.pause()
        defer { server.resume() }
        // The command's own time-out is a minute.
        #expect(waitFor(false))
        #expect(keeper.status.redis.reason == "it has not replied for a second")
        #expect(keeper.status.verdict?.findings.first?.code == .redisAway)
        server.resume()
        #expect(waitFor(true))
        #expect(keeper.status.redis.reconnects == 0)
    }

    @Test func `a server that hangs long before the next look is said to be away all the same`() throws {
        let server = try RedisServer()
        let keeper = StatusKeeper(
            [StatusSubject(plan: Scene.plan, fingerprint: "f00", redis: try options(server))], kafka: [],
            clientID: "test", interval: 3_600_000
        ) { ProcessFigures(version: "1", startedAt: 0) }
        try keeper.start()
        defer { keeper.stop() }
        func waitFor(_ isUp: Bool) -> Bool {
            let deadline = Deadline(milliseconds: 30_000)
            while keeper.status.redis.isUp != isUp, !deadline.hasPassed { Pause.milliseconds(20) }
            return keeper.status.redis.isUp == isUp
        }
        #expect(waitFor(true))
        let readAt = keeper.status.at
        server.pause()
        defer { server.resume() }
        #expect(waitFor(false))
        #expect(keeper.status.at == readAt)
        // Once it replies again it is looked at at once.
        server.resume()
        #expect(waitFor(true))
        #expect(keeper.status.at > readAt)
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
        // The order of what happens in one millisecond is not known.
        Pause.milliseconds(2)
        let asked = Clock.wallMilliseconds()
        Pause.milliseconds(2)
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
