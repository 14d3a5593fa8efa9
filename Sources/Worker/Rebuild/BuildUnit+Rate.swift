import Bytes
import Projections
import Records
public import Redis

// How fast a build may be folded is kept beside it: every process that folds it obeys, and so does one that resumes.
extension BuildUnit {
    /// Sets how many events a second the build may fold in all its processes; nil: as many as they can.
    ///
    /// false: it is no longer where it was, and nothing was changed.
    public func setRate(_ rate: Int?, of build: Build, _ redis: inout RedisConnection) throws -> Bool {
        try set(About.maxRate, rate, of: build, &redis)
    }

    /// Notes how many events a second the build has folded, for the next one's plan.
    public func noteSpeed(_ eventsPerSecond: Int, of build: Build, _ redis: inout RedisConnection) throws {
        _ = try set(About.buildRate, eventsPerSecond, of: build, &redis)
    }

    private func set(
        _ field: String, _ value: Int?, of build: Build, _ redis: inout RedisConnection
    ) throws -> Bool {
        var commands = CommandBuffer()
        for keeper in keepers {
            if let value {
                commands.command("HSET", keeper.keys.about, field, "\(value)")
            } else {
                commands.command("HDEL", keeper.keys.about, field)
            }
        }
        let hold = GenerationHold(
            expected: zip(keepers, build.records).map { ($0.keys.generation, Array($1.text.utf8)) })
        var other = try RedisConnection.open(redis.options.selecting(build.database))
        return try hold.perform(commands, &other)
    }
}
