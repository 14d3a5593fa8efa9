import Glibc
import Oracle
import RedisServer
import Testing

@Suite struct EquivalenceTests {
    /// `LANTERN_SEEDS=FROM..<TO` runs others than CI's.
    static let seeds: Range<UInt64> = {
        guard let text = unsafe getenv("LANTERN_SEEDS").map({ unsafe String(cString: $0) }) else { return 0..<3_000 }
        let bounds = text.split(separator: "..<").compactMap { UInt64($0) }
        return bounds.count == 2 && bounds[0] < bounds[1] ? bounds[0]..<bounds[1] : 0..<3_000
    }()

    @Test func `random projections on random events leave in Redis what the oracle folds`() throws {
        let server = try RedisServer()
        let redis = try RedisReader(.unix(server.socketPath))
        var failures = 0
        for seed in Self.seeds {
            #expect(try redis.command("FLUSHALL") == .status("OK"))
            let projection = RandomProjection.generate(seed: seed)
            let equivalence = Equivalence(
                projection: projection,
                events: RandomEvents.generate(for: projection, seed: seed, count: 60, awkwardness: Int(seed % 3) * 4),
                redis: redis, batch: [1, 3, 10, 50, 1_000][Int(seed % 5)])
            let differences = try equivalence.differences(seed: seed, now: Int(time(nil)) * 1_000)
            guard !differences.isEmpty else { continue }
            failures += 1
            if failures <= 5 {
                Issue.record(
                    "seed \(seed):\n\(differences.prefix(6).joined(separator: "\n"))\n\(projection.yaml())")
            }
        }
        #expect(failures == 0, "seeds that failed of \(Self.seeds)")
    }
}
