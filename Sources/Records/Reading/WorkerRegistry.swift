import Bytes
public import Redis

/// The entries of the workers in the selected database, which is a home database.
///
/// A promotion exchanges databases, and the entries with them: workers write to the home database again within a second, and
/// what is left in the other one expires by itself.
public enum WorkerRegistry {
    /// The hash is gone so long after its last entry, in milliseconds.
    static let expiry: Int64 = 15_000

    /// Writes a worker's entry with the time by Redis's clock, and removes entries that nobody renews. `started` in the
    /// entry becomes a time by Redis's clock as well, if it was 0. Returns that time.
    @discardableResult
    public static func write(_ entry: inout WorkerEntry, _ redis: inout RedisConnection) throws(RedisError) -> Int64 {
        let time = try now(&redis)
        entry.stamp = time
        if entry.started == 0 { entry.started = time }
        var commands = CommandBuffer()
        commands.command("HSET", KeySpace.workers, entry.id, entry.text)
        commands.command("PEXPIREAT", KeySpace.workers, "\(time + expiry)")
        for reply in try redis.roundTrip(commands) {
            guard case .error(let text) = reply else { continue }
            guard RedisErrorCode(text.span) == .oom else { throw .reply(text, to: "HSET \(KeySpace.workers)") }
            try writeWhenFull(entry, until: time + expiry, &redis)
            break
        }
        return time
    }

    /// A worker that waits for memory is there all the same: without its entry it would seem gone. A script that has removed
    /// something may write, whatever `maxmemory` says; the old entry makes room for the new one.
    private static func writeWhenFull(
        _ entry: WorkerEntry, until deadline: Int64, _ redis: inout RedisConnection
    ) throws(RedisError) {
        let script =
            "redis.call('HDEL', KEYS[1], ARGV[1]) redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) return redis.call('PEXPIREAT', KEYS[1], ARGV[3])"
        try redis.command("EVAL", script, "1", KeySpace.workers, entry.id, entry.text, "\(deadline)")
    }

    /// Removes the entries that are older than a minute.
    public static func removeOld(at time: Int64, _ redis: inout RedisConnection) throws(RedisError) {
        for entry in try read(&redis) where time - entry.stamp > WorkerEntry.removal {
            try redis.command("HDEL", KeySpace.workers, entry.id)
        }
    }

    /// A worker that ends takes its entry with it.
    public static func remove(_ id: String, _ redis: inout RedisConnection) throws(RedisError) {
        try redis.command("HDEL", KeySpace.workers, id)
    }

    /// Every entry that can be read, those of workers that are gone among them, in the order of their ids.
    public static func read(_ redis: inout RedisConnection) throws(RedisError) -> [WorkerEntry] {
        entries(try redis.command("HGETALL", KeySpace.workers))
    }

    /// From the reply to HGETALL.
    public static func entries(_ reply: RedisValue) -> [WorkerEntry] {
        let values = reply.elements ?? []
        var entries: [WorkerEntry] = []
        for index in stride(from: 0, to: values.count - 1, by: 2) {
            guard let id = values[index].text, let text = values[index + 1].text,
                let entry = WorkerEntry(id: id, text: text)
            else { continue }
            entries.append(entry)
        }
        return entries.sorted { $0.id < $1.id }
    }

    /// Redis's clock, in milliseconds since 1970.
    public static func now(_ redis: inout RedisConnection) throws(RedisError) -> Int64 {
        time(try redis.command("TIME")) ?? 0
    }

    /// From the reply to TIME.
    public static func time(_ reply: RedisValue) -> Int64? {
        guard let parts = reply.elements, parts.count == 2, let seconds = parts[0].text.flatMap({ Int64($0) }),
            let micros = parts[1].text.flatMap({ Int64($0) })
        else { return nil }
        return seconds * 1_000 + micros / 1_000
    }
}
