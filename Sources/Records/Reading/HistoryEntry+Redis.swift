public import Redis

extension HistoryEntry {
    /// Adds it to the history of the selected database, with the time by Redis's clock.
    public func write(_ redis: inout RedisConnection) throws(RedisError) {
        var entry = self
        let time = try redis.command("TIME").elements ?? []
        entry.time = (time.first?.text.flatMap { Int64($0) } ?? 0) * 1_000
        for words in entry.commands { try redis.command(words.map { Array($0.utf8) }) }
    }

    /// The newest lines of the history, the newest first.
    public static func newest(_ count: Int, _ redis: inout RedisConnection) throws(RedisError) -> [HistoryEntry] {
        let lines = try redis.command("LRANGE", KeySpace.history, "0", "\(count - 1)").elements ?? []
        return lines.compactMap { line in line.text.flatMap { HistoryEntry(text: $0) } }
    }
}
