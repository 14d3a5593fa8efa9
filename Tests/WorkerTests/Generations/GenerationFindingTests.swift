import Projections
import Records
import Redis
import RedisServer
import Testing

@testable import Worker

/// What `status` can know of a projection that stands still: nothing looks well while it is not.
@Suite struct `What is found of a generation` {
    private let stage: Stage
    private let keys = KeySpace(projection: "p")

    init() throws { stage = try Stage() }

    @Test func `a projection that was never started is no obstacle, and neither is a live one`() throws {
        var redis = try stage.connection()
        #expect(try GenerationFinding.read("p", &redis) == .nothing)
        try stage.build(key: "p:{@key}", rows: [], &redis)
        #expect(try GenerationFinding.read("p", &redis).obstacle == nil)
    }

    @Test(arguments: ["gone record", "record and claims gone", "garbled record", "claims alone", "dropping"])
    func `what is gone, garbled or being dropped is named`(fault: String) throws {
        var redis = try stage.connection()
        try stage.build(key: "p:{@key}", rows: [], &redis)
        var words = "\(keys.generation) is missing, but \(keys.about) is there"
        switch fault {
        case "gone record": try redis.command("DEL", keys.generation)
        case "record and claims gone": try redis.command("DEL", keys.generation, KeySpace.claims)
        case "claims alone":
            try redis.command("DEL", keys.generation, keys.about, keys.growth)
            words = "\(keys.generation) is missing, but the claim of view v is there"
        case "garbled record":
            try redis.command("SET", keys.generation, "garbled")
            words = "\(keys.generation) holds \"garbled\""
        default:
            var driver = try GenerationDriver("p", goal: .nothing, &redis)
            try driver.advance(&redis)
            words = "is being dropped"
        }
        #expect(try GenerationFinding.read("p", &redis).obstacle?.contains(words) == true)
    }
}
