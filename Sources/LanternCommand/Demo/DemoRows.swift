import Bytes
import Records
import Redis

/// What the demo's views must hold.
struct DemoRows {
    var hashes: [String: [String: String]] = [:]
    var revenue: [String: Int] = [:]
    /// Placed orders by event time; more than the 100 that count.
    var newest: [(time: Int64, order: String)] = []

    mutating func increment(_ key: String, _ field: String, _ by: Int) {
        hashes[key, default: [:]][field] = "\((hashes[key]?[field].flatMap { Int($0) } ?? 0) + by)"
    }

    /// Keeps the newest 100: of equal times the greater member stays.
    mutating func trim() {
        newest.sort { ($0.time, $0.order) > ($1.time, $1.order) }
        newest.removeLast(max(0, newest.count - 100))
    }

    /// How many keys there must be.
    var keyCount: Int { hashes.count + (revenue.isEmpty ? 0 : 1) + (newest.isEmpty ? 0 : 1) }

    /// Reads every key from Redis; the differences in words, none if all is equal.
    mutating func differences(_ redis: inout RedisConnection) throws -> [String] {
        trim()
        var found: [String] = []
        var actual = 0
        try redis.scan(match: Array("*".utf8)) { keys in
            actual += keys.count { !KeySpace.isOwn($0) }
            return true
        }
        if actual != keyCount { found.append("Redis holds \(actual) keys instead of \(keyCount)") }
        let keys = hashes.keys.sorted()
        for start in stride(from: 0, to: keys.count, by: 1_000) {
            let slice = keys[start..<min(start + 1_000, keys.count)]
            var commands = CommandBuffer()
            for key in slice { commands.command("HGETALL", key) }
            for (key, value) in zip(slice, try redis.roundTrip(commands, timeoutMilliseconds: 30_000)) {
                let row = Self.pairs(value)
                if row != hashes[key] ?? [:] { found.append("\(key): \(row) instead of \(hashes[key] ?? [:])") }
            }
        }
        let scores = Self.pairs(try redis.command("ZRANGE", "customers:by-revenue", "0", "-1", "WITHSCORES"))
        if scores != revenue.mapValues({ "\($0)" }) { found.append("customers:by-revenue differs") }
        let latest = Self.pairs(try redis.command("ZRANGE", "orders:latest", "0", "-1", "WITHSCORES"))
        let expected = Dictionary(newest.map { ($0.order, "\($0.time)") }, uniquingKeysWith: { $1 })
        if latest != expected { found.append("orders:latest differs") }
        return found
    }

    private static func pairs(_ value: RedisValue) -> [String: String] {
        let elements = value.elements ?? []
        var pairs: [String: String] = [:]
        for index in stride(from: 0, to: elements.count - 1, by: 2) {
            pairs[elements[index].text ?? ""] = elements[index + 1].text ?? ""
        }
        return pairs
    }
}
