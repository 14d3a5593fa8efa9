import Bytes
public import Redis

extension HistoryEntry {
    /// Adds it to the history of the selected database, with the time by Redis's clock.
    public func write(_ redis: inout RedisConnection) throws(RedisError) {
        var entry = self
        entry.time = try Self.now(&redis)
        var buffer = CommandBuffer()
        for words in entry.commands {
            buffer.begin(words.count)
            for word in words { buffer.argument(text: word) }
        }
        for reply in try redis.roundTrip(buffer) {
            if case .error(let text) = reply { throw RedisError.reply(text, to: "a line for \(KeySpace.history)") }
        }
    }

    /// Redis's clock, in milliseconds since 1970.
    private static func now(_ redis: inout RedisConnection) throws(RedisError) -> Int64 {
        let parts = (try redis.command("TIME").elements ?? []).map { $0.text.flatMap { Int64($0) } ?? 0 }
        return parts.count == 2 ? parts[0] * 1_000 + parts[1] / 1_000 : 0
    }

    /// The newest lines of the history, the newest first.
    public static func newest(_ count: Int, _ redis: inout RedisConnection) throws(RedisError) -> [HistoryEntry] {
        let lines = try redis.command("LRANGE", KeySpace.history, "0", "\(count - 1)").elements ?? []
        return lines.compactMap { line in line.text.flatMap { HistoryEntry(text: $0) } }
    }
}
