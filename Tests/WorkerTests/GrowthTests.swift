import Configuration
import PatientRedis
import Projections
import Records
import Redis
import RedisServer
import Testing

@testable import Worker

@Suite struct `A topic grows` {
    private let server: RedisServer
    private let text = "number=1 id=00000001 state=open fingerprint=f token= deadline=0"
    private let keys = KeySpace(projection: "p")

    init() throws { server = try RedisServer() }

    private func connection() throws -> RedisConnection {
        try .open(
            try RedisOptions(patient: server.url))
    }

    /// A topic as Kafka has it, and one worker's view of it.
    private struct Stage: ~Copyable {
        let keeper: GenerationKeeper
        let keys: KeySpace
        let text: String
        var redis: RedisConnection
        var ends: [Int64]

        mutating func resolve(_ partition: Int32) throws -> MissingCheckpoint {
            let ends = ends
            return try keeper.resolveMissing(
                topic: "t", partition: partition, text: text,
                log: .init(partitionCount: { ends.count }, ends: { Array(ends[0..<$0.count]) }), &redis)
        }

        mutating func reach(_ partition: Int32, _ next: Int64) throws {
            let checkpoint = Checkpoint(next: next, confirmed: next, writer: "test")
            try redis.command(
                "SET", keys.checkpoint("t", partition), String(decoding: checkpoint.text, as: UTF8.self))
        }
    }

    private func stage(_ plan: ProjectionPlan = World.plan(onError: "park"), ends: [Int64]) throws -> Stage {
        let facts = LogFacts(
            clusterID: nil, topics: [.init(name: "t", partitions: ends.map { (0, $0) }, isCompacted: false)])
        var stage = try Stage(
            keeper: GenerationKeeper(plan: plan, fingerprint: "f", facts: facts), keys: keys, text: text,
            redis: connection(), ends: ends)
        try stage.redis.command("SET", keys.generation, text)
        try stage.redis.command("HSET", keys.growth, "t", "\(ends.count)")
        for partition in ends.indices { try stage.reach(Int32(partition), 0) }
        return stage
    }

    @Test func `a topic grows from 2 to 4 partitions: a key's new home waits until its old one has passed the growth`()
        throws
    {
        var stage = try stage(ends: [10, 20])
        stage.ends = [10, 20, 5, 0]
        #expect(try stage.resolve(2) == .wait)
        // What comes later to the old ones is not waited for.
        stage.ends = [99, 99, 5, 0]
        try stage.reach(0, 10)
        #expect(try stage.resolve(2) == .wait)
        try stage.reach(1, 20)
        #expect(try stage.resolve(2) == .created)
        #expect(try stage.resolve(3) == .created)
        let added = try stage.redis.command("GET", keys.checkpoint("t", 2)).text
        #expect(added?.hasPrefix("next=0 ") == true)
    }

    @Test func `at a second and a third growth the partitions of the ones before are waited for as well`() throws {
        var stage = try stage(ends: [10, 20])
        stage.ends = [10, 20, 0, 0]
        try stage.reach(0, 10)
        try stage.reach(1, 20)
        for partition: Int32 in [2, 3] { #expect(try stage.resolve(partition) == .created) }
        stage.ends = [10, 20, 7, 8, 0, 0, 0, 0]
        #expect(try stage.resolve(4) == .wait)
        try stage.reach(2, 7)
        #expect(try stage.resolve(4) == .wait)
        try stage.reach(3, 8)
        for partition: Int32 in 4..<8 { #expect(try stage.resolve(partition) == .created) }
        stage.ends = Array(repeating: 30, count: 8) + Array(repeating: 1, count: 8)
        for partition: Int32 in 0..<8 {
            #expect(try stage.resolve(15) == .wait)
            try stage.reach(partition, 30)
        }
        #expect(try stage.resolve(15) == .created)
    }

    @Test func `a partition that was added and is not followed by its own growth waits for the one that added it`()
        throws
    {
        var stage = try stage(ends: [10])
        stage.ends = [10, 4]
        #expect(try stage.resolve(1) == .wait)
        // The second growth comes before the first one's partition could begin.
        stage.ends = [15, 4, 0, 0]
        #expect(try stage.resolve(2) == .wait)
        try stage.reach(0, 10)
        #expect(try stage.resolve(1) == .created)
        try stage.reach(0, 15)
        #expect(try stage.resolve(2) == .wait)
        try stage.reach(1, 4)
        #expect(try stage.resolve(2) == .created)
    }

    @Test func `a checkpoint that is lost halts, before and after growths`() throws {
        var stage = try stage(ends: [0, 0])
        stage.ends = [0, 0, 0, 0]
        #expect(try stage.resolve(2) == .created)
        stage.ends += [0, 0, 0, 0]
        #expect(try stage.resolve(5) == .created)
        for partition: Int32 in [0, 1, 2, 5] {
            try stage.redis.command("DEL", keys.checkpoint("t", partition))
            guard case .halt(let words) = try stage.resolve(partition) else {
                Issue.record("the loss of \(partition) was taken for a growth")
                continue
            }
            #expect(words.contains("t-\(partition)"))
        }
        #expect(try stage.resolve(3) == .created)
        try stage.redis.command("DEL", keys.growth)
        guard case .halt = try stage.resolve(6) else {
            Issue.record("without the record of growth anything is new")
            return
        }
    }

    @Test func `nothing is added while Kafka does not answer, or for a generation that is no longer live`() throws {
        var stage = try stage(ends: [0])
        let silent = try stage.keeper.resolveMissing(
            topic: "t", partition: 1, text: text, log: .init(partitionCount: { nil }, ends: { _ in nil }),
            &stage.redis)
        #expect(silent == .wait)
        stage.ends = [0, 0]
        try stage.redis.command(
            "SET", keys.generation, "number=1 id=00000001 state=dropping fingerprint=f token= deadline=0")
        #expect(try stage.resolve(1) == .wait)
        #expect(try stage.redis.command("EXISTS", keys.checkpoint("t", 1)).integer == 0)
    }
}
