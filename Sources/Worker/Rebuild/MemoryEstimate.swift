import Bytes
import Records
public import Redis

/// How much of Redis's memory one database takes, and what is left: a build of the same rows takes as much.
public struct MemoryEstimate: Sendable, Equatable {
    /// Rows of each database whose size is asked, to divide among several databases what Redis counts for all.
    private static let samples = 200

    /// What the database takes, its table of keys included.
    public var bytes: Int64
    /// What Redis uses in all, and what it may use; 0: as much as there is.
    public var used: Int64
    public var limit: Int64

    /// What is left for more; nil: Redis has no limit.
    public var left: Int64? { limit > 0 ? max(0, limit - used) : nil }

    /// Asks Redis; `redis` is in the home database and stays there. `sizes`: how many keys each database holds.
    public static func read(
        of database: Int, _ sizes: [(database: Int, keys: Int64)], home: Int, _ redis: inout RedisConnection
    ) throws -> MemoryEstimate {
        let info = try redis.command("INFO", "memory").text ?? ""
        func number(_ name: String) -> Int64? {
            info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("\(name):") }
                .flatMap { Int64($0.dropFirst(name.count + 1)) }
        }
        let (used, limit) = (number("used_memory") ?? 0, number("maxmemory") ?? 0)
        let filled = sizes.filter { $0.keys > 0 }
        let tables = try Self.tables(&redis)
        // Without MEMORY STATS the tables are in what is divided.
        let data =
            tables.isEmpty
            ? max(0, used - (number("used_memory_startup") ?? 0))
            : number("used_memory_dataset") ?? max(0, used - (number("used_memory_startup") ?? 0))
        var weights: [Int: Double] = [:]
        for each in filled {
            let row = filled.count > 1 ? try rowBytes(in: each.database, home: home, &redis) : 1
            weights[each.database] = Double(each.keys) * row
        }
        let all = weights.values.reduce(0, +)
        let share = all > 0 ? (weights[database] ?? 0) / all : 0
        return MemoryEstimate(
            bytes: Int64(Double(data) * share) + (tables[database] ?? 0), used: used, limit: limit)
    }

    /// What the tables of keys take, by database; empty if Redis does not say so.
    private static func tables(_ redis: inout RedisConnection) throws -> [Int: Int64] {
        guard case .array(let fields)? = try redis.roundTrip(words: [["MEMORY", "STATS"]]).first else { return [:] }
        var tables: [Int: Int64] = [:]
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            guard let name = fields[index].text, name.hasPrefix("db."), let database = Int(name.dropFirst(3)),
                let parts = fields[index + 1].elements
            else { continue }
            tables[database] = stride(from: 1, to: parts.count, by: 2).reduce(0) { $0 + (parts[$1].integer ?? 0) }
        }
        return tables
    }

    /// How much a row takes on average; 1 if Redis does not say so: then keys are counted.
    private static func rowBytes(in database: Int, home: Int, _ redis: inout RedisConnection) throws -> Double {
        let asked = [["SELECT", "\(database)"]] + Array(repeating: ["RANDOMKEY"], count: samples)
        let keys = try redis.roundTrip(words: asked).dropFirst().compactMap(\.bytes)
        var commands = CommandBuffer()
        for key in keys {
            commands.begin(3)
            commands.argument("MEMORY")
            commands.argument("USAGE")
            commands.argument(key)
        }
        commands.command("SELECT", "\(home)")
        let sizes = try redis.roundTrip(commands).compactMap(\.integer)
        return sizes.isEmpty ? 1 : Double(sizes.reduce(0, +)) / Double(sizes.count)
    }
}
