import Bytes
import Projections
import Records
public import Redis

// The generation that was live before is kept for the way back, and yields to the next build that finds no empty database.
extension BuildUnit {
    /// What was live before and is built again is a build: it is no longer dropped as a former one, and the way back does not
    /// lead there. Nothing if it never was live, or is no longer where it was.
    public func resume(_ build: Build, _ redis: inout RedisConnection) throws {
        var commands = CommandBuffer()
        for keeper in keepers { commands.command("HDEL", keeper.keys.about, About.liveUntil) }
        let hold = GenerationHold(
            expected: zip(keepers, build.records).map { ($0.keys.generation, Array($1.text.utf8)) })
        var other = try RedisConnection.open(redis.options.selecting(build.database))
        _ = try hold.perform(commands, &other)
    }

    /// Whether it was live before: then somebody went back from it.
    func isFormer(_ build: Build, _ redis: inout RedisConnection) throws -> Bool {
        try FormerGeneration.all(of: names, finder, &redis).contains { $0.database == build.database }
    }

    /// The former generations that the next build replaces: none while there is an empty database, else those of the database
    /// that ceased to be live the longest ago and holds nothing else.
    public func replaceable(_ redis: inout RedisConnection) throws -> [FormerGeneration] {
        let sizes = try finder.sizes(&redis)
        let allowed = spare ?? finder.others
        if sizes.contains(where: { $0.keys == 0 && allowed.contains($0.database) }) { return [] }
        let former = try FormerGeneration.all(of: names, finder, &redis).filter { allowed.contains($0.database) }
        let databases = Dictionary(grouping: former, by: \.database).sorted { one, other in
            one.value.map(\.liveUntil).max() ?? 0 < other.value.map(\.liveUntil).max() ?? 0
        }
        for (database, generations) in databases {
            try redis.command("SELECT", "\(database)")
            let census = try RowCensus(&redis)
            try redis.command("SELECT", "\(finder.home)")
            if census.foreign == 0, census.projections == Set(generations.map(\.projection)) { return generations }
        }
        return []
    }

    /// Drops what is replaceable; returns what was dropped.
    public func makeRoom(_ redis: inout RedisConnection) throws -> [FormerGeneration] {
        let generations = try replaceable(&redis)
        for each in generations {
            var other = try RedisConnection.open(redis.options.selecting(each.database))
            var driver = try GenerationDriver(each.projection, goal: .nothing, only: each.record.identifier, &other)
            try driver.run(&other, isPaced: true)
        }
        return generations
    }
}
