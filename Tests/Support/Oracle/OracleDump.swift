/// Reads a whole Redis and compares it with a model.
public struct OracleDump {
    /// One key as Redis holds it.
    public struct Row {
        public var key: [UInt8]
        /// Redis's TYPE.
        public var type: String
        /// The string, or what HGETALL, SMEMBERS or ZRANGE … WITHSCORES answer.
        public var values: [[UInt8]]
        /// Milliseconds since 1970; nil is never.
        public var deadline: Int?
    }

    private let redis: RedisReader

    public init(_ redis: RedisReader) { self.redis = redis }

    /// Calls `body` with every key but Lantern's own, at most once each. Keys that change meanwhile may be missed.
    public func forEachRow(_ body: (Row) -> Void) throws(RedisReader.Failure) {
        var seen: Set<[UInt8]> = []
        var cursor = Array("0".utf8)
        repeat {
            let reply = try redis.pipeline([[Array("SCAN".utf8), cursor, Array("COUNT".utf8), Array("1000".utf8)]])[0]
            guard case .array(let parts) = reply, parts.count == 2, case .text(let next) = parts[0],
                case .array(let found) = parts[1]
            else { throw RedisReader.Failure(description: "SCAN: \(reply)") }
            cursor = next
            var keys: [[UInt8]] = []
            for case .text(let key) in found where !key.starts(with: "lantern:".utf8) && seen.insert(key).inserted {
                keys.append(key)
            }
            try rows(keys, body)
        } while cursor != Array("0".utf8)
    }

    private func rows(_ keys: [[UInt8]], _ body: (Row) -> Void) throws(RedisReader.Failure) {
        let about = try redis.pipeline(
            keys.flatMap { [[Array("TYPE".utf8), $0], [Array("PEXPIRETIME".utf8), $0]] })
        var rows: [Row] = []
        var reads: [[[UInt8]]] = []
        for (index, key) in keys.enumerated() {
            guard case .status(let type) = about[2 * index], case .integer(let deadline) = about[2 * index + 1] else {
                throw RedisReader.Failure(
                    description: "TYPE, PEXPIRETIME: \(about[2 * index]), \(about[2 * index + 1])")
            }
            let words: [String]
            switch type {
            case "string": words = ["GET"]
            case "hash": words = ["HGETALL"]
            case "set": words = ["SMEMBERS"]
            case "zset": words = ["ZRANGE", "0", "-1", "WITHSCORES"]
            default: continue
            }
            var command = words.map { Array($0.utf8) }
            command.insert(key, at: 1)
            reads.append(command)
            rows.append(Row(key: key, type: type, values: [], deadline: deadline < 0 ? nil : deadline))
        }
        for (index, reply) in try redis.pipeline(reads).enumerated() {
            var row = rows[index]
            switch reply {
            case .text(let text): row.values = [text]
            case .array(let elements):
                row.values = elements.compactMap { if case .text(let text) = $0 { text } else { nil } }
                if elements.isEmpty { continue }
            case .null: continue
            default: throw RedisReader.Failure(description: "\(reply)")
            }
            body(row)
        }
    }

    /// The first differences between Redis and the model, readable; empty if they are equal.
    ///
    /// - Parameter now: milliseconds since 1970; what the model lets expire before it must be gone.
    public func compare(
        with model: OracleModel, now: Int, limit: Int = 20, ignoring isForeign: ([UInt8]) -> Bool = { _ in false }
    ) throws(RedisReader.Failure) -> [String] {
        var differences: [String] = []
        var more = 0
        func note(_ text: @autoclosure () -> String) {
            if differences.count < limit { differences.append(text()) } else { more += 1 }
        }
        var met: Set<[UInt8]> = []
        try forEachRow { row in
            if isForeign(row.key) { return }
            met.insert(row.key)
            guard let entry = model.entries[row.key], !entry.isGone(at: now) else {
                note("\(Self.show(row.key)): in Redis (\(row.type)), not in the fold")
                return
            }
            if let difference = entry.difference(from: row) { note("\(Self.show(row.key)): \(difference)") }
        }
        for (key, entry) in model.entries where !entry.isGone(at: now) && !met.contains(key) {
            note("\(Self.show(key)): in the fold (\(entry.summary)), not in Redis")
        }
        if more > 0 { differences.append("and \(more) more") }
        return differences
    }

    /// Bytes as a person can read them.
    static func show(_ bytes: [UInt8]) -> String {
        let text = bytes.prefix(200).map { byte in
            byte < 0x20 || byte > 0x7E ? "\\x" + String(byte, radix: 16) : String(Character(Unicode.Scalar(byte)))
        }.joined()
        return "'\(text)'" + (bytes.count > 200 ? "… (\(bytes.count) bytes)" : "")
    }
}
