import Bytes
public import Projections
public import Redis

/// A row of a view as a person wants to see it.
public struct Row: Sendable, Encodable {
    public struct Field: Sendable, Encodable {
        public let name: String
        public let value: String

        init(_ name: [UInt8], _ value: [UInt8]) {
            self.name = readableText(name)
            self.value = readableText(value)
        }
    }

    public let key: String
    public let type: String
    /// A hash's fields, a sorted set's members and scores; for the others the names are empty.
    public let fields: [Field]
    /// Milliseconds until it expires; nil: never.
    public let expiresIn: Int64?

    /// Reads the key; nil if there is none. At most `limit` members of a large one.
    public init?(_ key: [UInt8], kind: ViewKind, limit: Int = 1_000, _ redis: inout RedisConnection) throws {
        var commands = CommandBuffer()
        StoredRow.append(key, kind: kind, limit: limit, to: &commands)
        commands.begin(2)
        commands.argument("PTTL")
        commands.argument(key)
        let replies = try redis.roundTrip(commands)
        guard let stored = try StoredRow(key, kind: kind, limit: limit, replies: replies.dropLast()) else { return nil }
        let remaining = replies.last?.integer ?? -1
        self.key = readableText(key)
        type = kind.redisType
        expiresIn = remaining < 0 ? nil : remaining
        fields =
            switch stored.content {
            case .fields(let pairs), .scored(let pairs, _): pairs.map { Field($0.name, $0.value) }
            case .text(let text): [Field([], text)]
            case .members(let members, _): members.map { Field([], $0) }
            case .estimate(let count): [Field(Array("count".utf8), Array("\(count)".utf8))]
            }
    }
}
