import Bytes
import Configuration
import PatientRedis
import Projections
import Redis
import RedisServer
import Testing

@testable import Worker

/// A real Redis, and projections of one view each that generations are made and dropped for.
struct Stage {
    let server: RedisServer

    init(options: [String] = []) throws { server = try RedisServer(options: options) }

    func connection(_ database: Int = 0) throws -> RedisConnection {
        let options = try RedisOptions(patient: server.url)
        return try .open(options.selecting(database))
    }

    /// Projection `name` on topic `t` with one hash per key of `template`.
    static func plan(_ name: String = "p", key template: String) throws -> ProjectionPlan {
        let text = """
            kafka: { bootstrap.servers: b }
            redis: redis://r
            projections:
              \(name):
                version: 1
                topics: { t: { key: $.k } }
                views: { v: { hash: "\(template)", events: { "*": { set: { n: $.n } } } } }
            """
        return try Configuration.parse(text: text, file: "f", environment: [:]).projections[0]
    }

    static func keeper(
        _ plan: ProjectionPlan, low: Int64 = 0, cluster: String? = "first",
        facts adjust: (inout LogFacts) -> Void = { _ in }
    ) -> GenerationKeeper {
        var facts = LogFacts(
            clusterID: cluster,
            topics: [.init(name: "t", partitions: [(low, Int64(10)), (0, 0)], isCompacted: false)])
        adjust(&facts)
        return GenerationKeeper(plan: plan, fingerprint: fingerprint(of: plan), facts: facts)
    }

    /// The live generation of a projection, with these rows.
    @discardableResult
    func build(
        _ name: String = "p", key template: String, rows: [String], _ redis: inout RedisConnection
    ) throws -> GenerationKeeper {
        let keeper = Self.keeper(try Self.plan(name, key: template))
        guard case .write = try keeper.establish(&redis) else {
            throw WorkerError(.failed, "no first generation of \(name)")
        }
        for row in rows { try redis.command("HSET", row, "n", "1") }
        return keeper
    }

    /// Every key there is, with its serialized value: two of them differ if anything was changed.
    func everything(_ redis: inout RedisConnection) throws -> [String: RedisValue] {
        var found: [String: RedisValue] = [:]
        for key in try names("*", &redis) { found[key] = try redis.command("DUMP", key) }
        return found
    }

    /// The names of all keys that match.
    func names(_ pattern: String, _ redis: inout RedisConnection) throws -> Set<String> {
        Set((try redis.command("KEYS", pattern).elements ?? []).compactMap(\.text))
    }
}
