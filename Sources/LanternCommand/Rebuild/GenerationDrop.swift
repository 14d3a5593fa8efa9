import Records
import Redis
import Worker

/// Removes generations that are not live, in the databases that they are in.
struct GenerationDrop {
    struct Target {
        let projection: String
        let database: Int
        /// nil: what is left of it has no record that can be read.
        let record: GenerationRecord?
        var name: String { "\(projection) generation \(record.map { "\($0.number)" } ?? "?") in database \(database)" }
    }

    struct Dropped: Encodable {
        let projection: String
        let generation: Int?
        let database: Int
        /// Rows that were removed.
        let rows: Int
        /// Keys that were left because another projection's claim covers them too.
        let kept: Int
    }

    struct Answer: Encodable {
        var dropped: [Dropped] = []
        /// Keys in those databases that are nobody's: they are left.
        var foreign = 0
        var dryRun = false
    }

    /// One for each home database of the file.
    let sessions: [GenerationsSession]

    /// Every generation of the file's projections that is not live, or those with that number.
    func targets(number: Int?) throws -> [Target] {
        try sessions.flatMap { session in
            var redis = try session.connect()
            let choice = try session.choice(number: nil, &redis)
            return zip(choice.projections, choice.places).flatMap { projection, places in
                places.filter { $0.database != session.home && (number == nil || $0.record.number == number) }
                    .map { Target(projection: projection, database: $0.database, record: $0.record) }
            }
        }
    }

    /// A projection that is in no file any more, wherever something of it is.
    func targets(of projection: String) throws -> [Target] {
        guard let first = sessions.first else { return [] }
        var redis = try first.connect()
        let places = try GenerationFinder(home: first.home).places(of: [projection], &redis)[0]
        var targets = places.map { Target(projection: projection, database: $0.database, record: $0.record) }
        for session in sessions where !targets.contains(where: { $0.database == session.home }) {
            var redis = try session.connect()
            guard try StoredProjections.names(&redis).contains(projection) else { continue }
            targets.insert(Target(projection: projection, database: session.home, record: nil), at: 0)
        }
        return targets
    }

    /// What the home databases hold, for a message.
    func known() throws -> [String] {
        try sessions.flatMap { session in
            var redis = try session.connect()
            return try StoredProjections.names(&redis)
        }
    }

    /// Removes them one after the other; one that became another generation meanwhile is left.
    func drop(_ targets: [Target], _ history: HistoryEntry) throws -> Answer {
        guard let first = sessions.first else { return Answer() }
        var answer = Answer()
        for target in targets {
            var redis = try RedisConnection.open(first.options.selecting(target.database))
            var driver = try GenerationDriver(
                target.projection, goal: .nothing, only: target.record?.identifier, &redis)
            try driver.run(&redis)
            answer.dropped.append(
                Dropped(
                    projection: target.projection, generation: target.record?.number, database: target.database,
                    rows: driver.removed, kept: driver.left))
        }
        let homes = Set(sessions.map(\.home))
        for database in Set(targets.map(\.database)) where !homes.contains(database) {
            var redis = try RedisConnection.open(first.options.selecting(database))
            // What is left there when the last generation has gone.
            if try StoredProjections.names(&redis).isEmpty {
                answer.foreign += Int(try redis.command("DBSIZE").integer ?? 0)
            }
        }
        var redis = try first.connect()
        try history.write(&redis)
        return answer
    }
}
