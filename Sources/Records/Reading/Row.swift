import Bytes
public import Projections
public import Redis

/// A row of a view as a person wants to see it.
public struct Row: Sendable, Encodable {
    public struct Field: Sendable, Encodable {
        public let name: String
        public let value: String
    }

    public let key: String
    public let type: String
    /// A hash's fields, a sorted set's members and scores; for the others the names are empty.
    public let fields: [Field]
    /// Milliseconds until it expires; nil: never.
    public let expiresIn: Int64?

    /// Reads the key; nil if there is none. At most `limit` members of a large one.
    public init?(_ key: [UInt8], kind: ViewKind, limit: Int = 1_000, _ redis: inout RedisConnection) throws {
        let type = try redis.command([Array("TYPE".utf8), key]).text ?? "none"
        guard type != "none" else { return nil }
        self.key = readableText(key)
        self.type = type
        func ask(_ words: String...) throws -> RedisValue {
            try redis.command([Array(words[0].utf8), key] + words.dropFirst().map { Array($0.utf8) })
        }
        var fields: [Field] = []
        switch type {
        case "hash": fields = Self.pairs(try ask("HGETALL")).sorted { $0.name < $1.name }
        case "zset":
            fields = Self.pairs(try ask("ZREVRANGE", "0", "\(limit - 1)", "WITHSCORES"))
        case "set":
            fields = (try ask("SMEMBERS").elements ?? []).prefix(limit).map {
                Field(name: "", value: Self.readable($0))
            }
        case "string" where kind == .unique:
            fields = [Field(name: "count", value: "\(try ask("PFCOUNT").integer ?? 0)")]
        default: fields = [Field(name: "", value: Self.readable(try ask("GET")))]
        }
        self.fields = fields
        let remaining = try ask("PTTL").integer ?? -1
        expiresIn = remaining < 0 ? nil : remaining
    }

    private static func readable(_ value: RedisValue) -> String { value.bytes.map { readableText($0) } ?? "" }

    private static func pairs(_ value: RedisValue) -> [Field] {
        let elements = value.elements ?? []
        return stride(from: 0, to: elements.count - 1, by: 2).map {
            Field(name: readable(elements[$0]), value: readable(elements[$0 + 1]))
        }
    }
}
