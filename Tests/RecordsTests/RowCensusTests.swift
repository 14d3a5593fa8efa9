import PatientRedis
import Projections
import Records
import Redis
import RedisServer
import Testing

@Suite struct RowCensusTests {
    @Test func `every key is a view's row, Lantern's own, or foreign`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(
            RedisOptions(patient: server.url))
        try redis.command(
            "HSET", KeySpace.claims, "p orders", "plain|order:{}", "p days", "bucket|day:{}", "q top", "plain|top",
            "q empty", "plain|order:{}:note")
        for key in 0..<2_500 { try redis.command("HSET", "order:\(key)", "n", "1") }
        try redis.command("HSET", "day:x:1700000000", "n", "1")
        try redis.command("ZADD", "top", "1", "a", "2", "b", "3", "c")
        try redis.command("SET", KeySpace(projection: "q").generation, "a record")
        try redis.command("HSET", KeySpace(projection: "lost").ledger, "t:0:1", "a decision")
        for key in ["day:x:never", "order:a:b", "other"] { try redis.command("SET", key, "1") }
        let census = try RowCensus(kinds: [.init("q", "top"): .sortedSet], &redis)
        #expect(census.rows[.init("p", "orders")] == 2_500)
        #expect(census.rows[.init("p", "days")] == 1)
        #expect(census.rows[.init("q", "top")] == 3, "a sorted set counts its members")
        #expect(census.rows[.init("q", "empty")] == 0)
        #expect(census.foreign == 3 && census.foreignSample.count == 3)
        #expect(census.projections == ["p", "q", "lost"])
    }
}
