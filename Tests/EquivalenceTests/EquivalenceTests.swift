import Bytes
import Glibc
import Oracle
import RedisServer
import Seeded
import Testing

@Suite struct EquivalenceTests {
    /// Seeds in parts, which run beside each other; `LANTERN_SEEDS=FROM..<TO` runs others than CI's.
    static let parts: [Range<UInt64>] = {
        var seeds: Range<UInt64> = 0..<3_000
        if let text = unsafe getenv("LANTERN_SEEDS").map({ unsafe String(cString: $0) }) {
            let bounds = text.split(separator: "..<").compactMap { UInt64($0) }
            if bounds.count == 2, bounds[0] < bounds[1] { seeds = bounds[0]..<bounds[1] }
        }
        return stride(from: seeds.lowerBound, to: seeds.upperBound, by: 500).map { start in
            start..<min(start + 500, seeds.upperBound)
        }
    }()

    private static func now() -> Int { Int(time(nil)) * 1_000 }

    private static func equivalence(seed: UInt64, redis: RedisReader) -> Equivalence {
        let projection = RandomProjection.generate(seed: seed)
        let events = RandomEvents.generate(
            for: projection, seed: seed, count: 60, awkwardness: Int(seed % 3) * 4)
        return Equivalence(
            projection: projection, events: events, redis: redis, batch: [1, 3, 10, 50, 1_000][Int(seed % 5)])
    }

    @Test(arguments: parts)
    func `random projections on random events leave in Redis what the oracle folds`(seeds: Range<UInt64>) throws {
        let server = try RedisServer()
        let redis = try RedisReader(.unix(server.socketPath))
        var failed: [UInt64] = []
        var rows = 0
        for seed in seeds {
            #expect(try redis.command("FLUSHALL") == .status("OK"))
            let equivalence = Self.equivalence(seed: seed, redis: redis)
            let differences = try equivalence.differences(seed: seed, now: Self.now())
            if case .integer(let count) = try redis.command("DBSIZE") { rows += count }
            guard !differences.isEmpty else { continue }
            failed.append(seed)
            if failed.count <= 3 {
                let text = differences.prefix(6).joined(separator: "\n")
                Issue.record("seed \(seed):\n\(text)\n\(equivalence.projection.yaml())")
            }
        }
        #expect(failed == [], "seeds that failed")
        #expect(rows > 3 * seeds.count, "so few rows compare nothing")
    }

    @Test func `the comparison sees an event that is missing and one that is doubled`() throws {
        let server = try RedisServer()
        let redis = try RedisReader(.unix(server.socketPath))
        var projection = OracleProjection.orders
        projection.type = nil
        projection.topics[0].key = nil
        projection.time = nil
        projection.views = [
            OracleView(
                name: "count", kind: .counter, key: OracleTemplate([.literal("count")]),
                events: [OracleEventRules(.any, [OracleRule(.increment(OracleNumber(.plain("1"))))])])
        ]
        let event = OracleEvent(topic: "orders", offset: 0, timestamp: 0, key: nil, value: Array("{}".utf8))
        let events = [event, event, event]
        for spoiled in [Array(events.dropLast()), events + [event]] {
            #expect(try redis.command("FLUSHALL") == .status("OK"))
            let worker = Equivalence(projection: projection, events: spoiled, redis: redis, batch: 2)
            #expect(try worker.differences(seed: 0, now: Self.now()) == [])
            var oracle = OracleFold(projection)
            for event in events { #expect(oracle.project(event) == .projected) }
            let differences = try OracleDump(redis).compare(with: oracle.model, now: Self.now())
            #expect(differences == ["'count': '\(spoiled.count)' in Redis, 3 in the fold"])
        }
        #expect(try redis.command("SET", "foreign", "1") == .status("OK"))
        #expect(try OracleDump(redis).compare(with: OracleFold(projection).model, now: Self.now()).count == 2)
    }

    /// Amounts so large that a batch's sum overflows where no row does.
    @Test(arguments: [UInt64](0..<4))
    func `sums near their limits close a changeset before they overflow`(seed: UInt64) throws {
        let server = try RedisServer()
        let redis = try RedisReader(.unix(server.socketPath))
        func view(_ name: String, _ kind: OracleView.Kind, _ amount: OracleNumber) -> OracleView {
            let action: OracleAction =
                kind == .hash
                ? .hash(set: [], unset: [], increment: [OracleIncrement("f", amount)]) : .increment(amount)
            return OracleView(
                name: name, kind: kind, key: OracleTemplate([.literal(name + "-row")]),
                member: kind == .sortedSet ? .value(.plain("m")) : nil,
                events: [OracleEventRules(.any, [OracleRule(action)])])
        }
        let projection = OracleProjection(
            name: "sums", topics: [.init("t")],
            views: [
                view("h", .hash, OracleNumber(.path("n"))), view("c", .counter, OracleNumber(.path("n"))),
                view("z", .sortedSet, OracleNumber(.path("m"))),
            ])
        var random = SplitMix64(seed: seed)
        let limit = 9_007_199_254_740_992
        let events = (0..<4_000).map { offset in
            // Runs of one sign drive the sums to their limits.
            let sign = (offset / 1_500) % 2 == 0 ? 1 : -1
            let large = sign * (limit - Int(random.next() % 3))
            let small = (random.next() % 2 == 0 ? 1 : -1) * (limit - 1 - Int(random.next() % 3))
            return OracleEvent(
                topic: "t", offset: offset, timestamp: 0, key: nil, value: Array(#"{"n":\#(large),"m":\#(small)}"#.utf8)
            )
        }
        let equivalence = Equivalence(projection: projection, events: events, redis: redis, batch: 3_000)
        #expect(try equivalence.differences(seed: seed, now: Self.now()) == [], "seed \(seed)")
    }
}
