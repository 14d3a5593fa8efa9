import Projections
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

    @Test(arguments: ["gone live", "garbled live", "gone record", "garbled record", "claims alone", "dropping"])
    func `what is gone, garbled or being dropped is named`(fault: String) throws {
        var redis = try stage.connection()
        try stage.build(key: "p:{@key}", rows: [], &redis)
        var words = keys.live
        switch fault {
        case "gone live": try redis.command("DEL", keys.live)
        case "garbled live": try redis.command("SET", keys.live, "one")
        case "claims alone": try redis.command("DEL", keys.live, keys.generation(1))
        case "gone record":
            try redis.command("DEL", keys.generation(1))
            words = "\(keys.generation(1)) is missing"
        case "garbled record":
            try redis.command("SET", keys.generation(1), "garbled")
            words = "\(keys.generation(1)) holds \"garbled\""
        default:
            var driver = try GenerationDriver("p", goal: .nothing, &redis)
            try driver.advance(&redis)
            words = "is being dropped"
        }
        #expect(try GenerationFinding.read("p", &redis).obstacle?.contains(words) == true)
    }
}
