import Foundation
import Testing

@testable import Observing

@Suite struct `What is remembered of the status` {
    @Test func `before the first look nothing is known, which is not ok`() throws {
        var memory = StatusMemory()
        let status = memory.status(Scene().process, now: Scene.now)
        #expect(status.verdict?.findings.map(\.code) == [.unknown] && status.at == Scene.now)
    }

    @Test func `Redis goes and comes: what was known stays, and since when it is away`() {
        var memory = StatusMemory()
        memory.take(Scene().read())
        memory.lostRedis("refused", now: Scene.now + 1_000)
        memory.lostRedis("refused again", now: Scene.now + 2_000)
        let away = memory.status(Scene().process, now: Scene.now + 2_500)
        #expect(away.redis.since == Scene.now + 1_000 && away.redis.reason == "refused again")
        #expect(away.projections.count == 1 && away.verdict?.findings.map(\.code) == [.redisAway])
        var back = Scene()
        back.model.at = Scene.now + 3_000
        memory.take(back.read())
        let well = memory.status(Scene().process, now: Scene.now + 3_000)
        #expect(well.redis.isUp && well.redis.since == Scene.now + 3_000 && well.redis.reconnects == 1)
        #expect(well.verdict?.level == .ok)
    }

    @Test func `Kafka's state is kept apart, with the time of its change`() {
        var memory = StatusMemory()
        memory.kafka("timed out", now: Scene.now)
        memory.kafka("timed out", now: Scene.now + 100)
        memory.take(Scene().read())
        let status = memory.status(Scene().process, now: Scene.now)
        #expect(status.kafka.isUp == false && status.kafka.since == Scene.now)
        memory.kafka(nil, now: Scene.now + 200)
        #expect(memory.status(Scene().process, now: Scene.now).kafka.readAt == Scene.now + 200)
    }

    @Test func `while Redis is away the ends of the logs still rise, and with them the lag`() throws {
        var memory = StatusMemory()
        memory.take(Scene().read())
        let risen = ["orders": TopicLogs.known(Array(repeating: LogBounds(low: 0, readable: 99, end: 100), count: 2))]
        // Of a Redis that replies the checkpoint is read at the same time.
        memory.logs(risen, now: Scene.now)
        #expect(memory.status(Scene().process, now: Scene.now).projections[0].partitions[1].lag == 8)
        memory.lostRedis("gone", now: Scene.now)
        memory.logs(risen, now: Scene.now + 8_500)
        let partition = memory.status(Scene().process, now: Scene.now + 8_500).projections[0].partitions[1]
        #expect(partition.end == 100 && partition.lag == 58 && partition.lagSeconds == 10)
    }

    @Test func `as JSON it keeps the names that scripts rely on`() throws {
        var memory = StatusMemory()
        memory.take(Scene().read())
        let bytes = memory.status(Scene().process, now: Scene.now).json()
        let json = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(Set(json.keys).isSuperset(of: ["at", "redis", "kafka", "workers", "projections", "verdict"]))
        let projection = try #require((json["projections"] as? [[String: Any]])?.first)
        let names: Set = [
            "name", "generation", "database", "live", "builds", "state", "group", "isThisVersion", "isPartial",
            "partitions", "parked", "rewinds", "workers", "rate", "freshness",
        ]
        #expect(Set(projection.keys).isSuperset(of: names), "\(projection.keys)")
        #expect(projection["group"] as? String == "lantern-orders-3-1a2b3c4d")
        #expect(projection["workers"] as? [String] == ["w1"])
        let partition = try #require((projection["partitions"] as? [[String: Any]])?.last)
        #expect(partition["worker"] as? String == "w1" && partition["lag"] as? Int == 8)
        #expect(partition["lagSeconds"] as? Double == 1.5 && partition["state"] as? String == "projecting")
    }
}
