import Bytes
import Projections
public import Records
public import Redis

/// Reads how far a build is, and where: whoever promotes it exchanges the databases meanwhile.
public struct BuildReader: ~Copyable {
    public enum Finding: Sendable, Equatable {
        /// It is built beside the live generations.
        case beside(BuildProgress)
        /// Its generations are the live ones now.
        case promoted
        /// No database has it any more.
        case gone
    }

    private let unit: BuildUnit
    private let options: RedisOptions
    private let stops: StopOffsets
    private var redis: RedisConnection?
    public private(set) var build: Build
    /// Topic and partition of each projection of the unit.
    private let places: [(projection: Int, topic: String, partition: Int32)]

    /// `redis` leads to the home database; a build as of then is there when it has reached `stops`.
    public init(_ unit: BuildUnit, _ build: Build, until stops: StopOffsets = StopOffsets(), redis: RedisOptions) {
        self.stops = stops
        self.unit = unit
        self.build = build
        options = redis
        places = unit.keepers.indices.flatMap { index in
            unit.keepers[index].facts.topics.flatMap { topic in
                topic.partitions.indices.map { (projection: index, topic: topic.name, partition: Int32($0)) }
            }
        }
    }

    /// Asks both databases; throws `RedisError`, and the next call opens a new connection.
    public mutating func read() throws -> Finding {
        var connection = try redis.take() ?? RedisConnection.open(options)
        let finding = try read(&connection)
        redis = consume connection
        return finding
    }

    private mutating func read(_ redis: inout RedisConnection) throws -> Finding {
        // Each side's records and checkpoints in one command: they belong together, also while a promotion exchanges
        // the databases.
        let keys =
            unit.keepers.map { $0.keys.generation }
            + places.map { place in
                unit.keepers[place.projection].keys.checkpoint(place.topic, place.partition)
            }
        for _ in 0..<3 {
            var commands = CommandBuffer()
            for database in [unit.finder.home, build.database] {
                commands.command("SELECT", "\(database)")
                commands.begin(1 + keys.count)
                commands.argument("MGET")
                for key in keys { commands.argument(text: key) }
            }
            commands.command("SELECT", "\(unit.finder.home)")
            let replies = try redis.roundTrip(commands)
            for reply in replies { if case .error(let text) = reply { throw RedisError.reply(text, to: "MGET") } }
            let (live, own) = (replies[1].elements ?? [], replies[3].elements ?? [])
            if holdsBuild(live) { return .promoted }
            if holdsBuild(own) { return .beside(progress(live, own)) }
            let found = try unit.finder.places(of: unit.names, &redis)
            guard
                let place = found.first?.first(where: { $0.record.identifier == build.records.first?.identifier })
            else { return .gone }
            if place.database != unit.finder.home { build.database = place.database }
        }
        return .gone
    }

    private func holdsBuild(_ values: [RedisValue]) -> Bool {
        zip(build.records, values).allSatisfy { record, value in
            value.bytes.flatMap { GenerationRecord(bytes: $0) }?.identifier == record.identifier
        }
    }

    private func progress(_ live: [RedisValue], _ own: [RedisValue]) -> BuildProgress {
        var progress = BuildProgress()
        let count = unit.keepers.count
        func next(_ values: [RedisValue], _ index: Int) -> Int64 {
            guard values.indices.contains(count + index) else { return 0 }
            return values[count + index].bytes.flatMap { Checkpoint(text: $0) }?.next ?? 0
        }
        for (index, place) in places.enumerated() {
            progress.partitions.append(
                BuildProgress.Partition(
                    projection: unit.keepers[place.projection].plan.name, topic: place.topic,
                    partition: place.partition,
                    live: min(next(live, index), stops[place.topic, place.partition] ?? .max), build: next(own, index)))
        }
        return progress
    }
}
