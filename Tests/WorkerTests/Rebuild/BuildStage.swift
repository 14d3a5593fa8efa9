import Projections
import Records
import Redis
import RedisServer

@testable import Worker

/// A real Redis with a live projection `p` in database 0, and builds beside it.
struct BuildStage {
    let stage: Stage

    init(options: [String] = []) throws { stage = try Stage(options: options) }

    func connection(_ database: Int = 0) throws -> RedisConnection { try stage.connection(database) }

    /// Generation 1 of `p`, with a row, a parked event, a request and a decision of the operator.
    func makeLive(_ redis: inout RedisConnection) throws {
        try stage.build(key: "p:{@key}", rows: ["p:1"], &redis)
        let keys = KeySpace(projection: "p")
        try redis.command("HSET", keys.ledger, "t:0:3", "record=0000000000000001 skip")
        try redis.command("HSET", keys.parked("t", 0), "4", "an event")
        try redis.command("HSET", keys.requests, "t:0:4", "action=retry id=1")
        try redis.command("HSET", keys.damage, "0:t:0", "checkpoint=1 a row")
    }

    /// A unit of `p` with these views' keys.
    func unit(key template: String = "new:{@key}", spare: [Int]? = nil, low: Int64 = 0) throws -> BuildUnit {
        var keeper = Stage.keeper(try Stage.plan(key: template), low: low)
        keeper.definition = "{version: 1}"
        keeper.builtBy = "a test"
        return BuildUnit(keepers: [keeper], home: 0, spare: spare)
    }

    func record(_ redis: inout RedisConnection) throws -> GenerationRecord? {
        try redis.command("GET", KeySpace(projection: "p").generation).text.flatMap { GenerationRecord(text: $0) }
    }

    /// What a closure is refused with.
    func refusal(_ body: () throws -> Void) throws -> WorkerError? {
        do {
            try body()
            return nil
        } catch let error as WorkerError {
            return error
        }
    }
}
