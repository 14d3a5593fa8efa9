import Configuration
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
        /// Whether Kafka had a consumer group of it, and deleted it.
        var groupDeleted = false
    }

    struct Answer: Encodable {
        var dropped: [Dropped] = []
        /// Keys in those databases that are nobody's: they are left.
        var foreign = 0
        /// The first few of them.
        var foreignKeys: [String] = []
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
    func drop(_ targets: [Target]) throws -> Answer {
        guard let first = sessions.first else { return Answer() }
        var answer = Answer()
        for target in targets {
            var redis = try RedisConnection.open(first.options.selecting(target.database))
            var driver = try GenerationDriver(
                target.projection, goal: .nothing, only: target.record?.identifier, &redis)
            try driver.run(&redis, isPaced: true)
            answer.dropped.append(
                Dropped(
                    projection: target.projection, generation: target.record?.number, database: target.database,
                    rows: driver.removed, kept: driver.left))
        }
        let homes = Set(sessions.map(\.home))
        for database in Set(targets.map(\.database)) where !homes.contains(database) {
            var redis = try RedisConnection.open(first.options.selecting(database))
            // What is left there when the last generation has gone.
            guard try StoredProjections.names(&redis).isEmpty else { continue }
            let census = try RowCensus(&redis)
            answer.foreign += census.foreign
            answer.foreignKeys += census.foreignSample
        }
        deleteGroups(of: targets, first.configuration, &answer)
        note(targets)
        return answer
    }

    private func deleteGroups(of targets: [Target], _ configuration: Configuration, _ answer: inout Answer) {
        let known = targets.indices.compactMap { index in targets[index].record.map { (index, $0) } }
        let removals = DroppedGroups.delete(known.map { (targets[$0.0].projection, $0.1) }, configuration)
        for (each, removal) in zip(known, removals) where removal == .deleted {
            answer.dropped[each.0].groupDeleted = true
        }
    }

    /// A line in the history of each home database that is concerned.
    private func note(_ targets: [Target]) {
        let owners = targets.map { target in
            sessions.firstIndex { $0.names.contains(target.projection) || $0.home == target.database } ?? 0
        }
        for (index, session) in sessions.enumerated() where owners.contains(index) {
            let own = zip(targets, owners).filter { $0.1 == index }.map(\.0.name)
            CommandHistory.note("dropped \(own.joined(separator: ", "))", session.options)
        }
    }
}
