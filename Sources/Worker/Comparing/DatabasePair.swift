import Bytes
import Projections
import Records
import Redis

/// Two databases of one Redis, read together: what a look returns is from one instant.
struct DatabasePair: ~Copyable {
    /// What both sides answered.
    struct Look {
        var live: [RedisValue]
        var build: [RedisValue]
        var liveAt: CheckpointVector
        var buildAt: CheckpointVector
    }

    let home: Int
    let database: Int
    let projections: [String]
    var redis: RedisConnection
    /// The records of the projections, and the checkpoints of every partition that either side knows.
    private let positions: [String]
    /// Which generations are compared.
    private let identifiers: (live: [String?], build: [String?])

    private init(
        _ projections: [String], home: Int, database: Int, _ positions: [String],
        _ identifiers: (live: [String?], build: [String?]), _ redis: consuming RedisConnection
    ) {
        (self.projections, self.home, self.database) = (projections, home, database)
        (self.positions, self.identifiers) = (positions, identifiers)
        self.redis = redis
    }

    /// Finds what the two databases hold; `redis` is in the home database.
    static func open(
        _ projections: [String], home: Int, database: Int, _ redis: consuming RedisConnection
    ) throws -> DatabasePair {
        var positions = projections.map { KeySpace(projection: $0).generation }
        for name in projections {
            let keys = KeySpace(projection: name)
            var counts: [[String: Int32]] = []
            for side in [database, home] {
                try redis.command("SELECT", "\(side)")
                counts.append(try partitionCounts(keys, &redis))
            }
            // Of a topic that one side does not read, nothing is to be waited for.
            for (topic, count) in counts[0].sorted(by: { $0.key < $1.key }) {
                guard let other = counts[1][topic] else { continue }
                positions += (0..<max(count, other)).map { keys.checkpoint(topic, $0) }
            }
        }
        var commands = CommandBuffer()
        append(positions, to: &commands)
        commands.command("SELECT", "\(database)")
        append(positions, to: &commands)
        commands.command("SELECT", "\(home)")
        let replies = try redis.roundTrip(commands)
        func identifiers(_ reply: RedisValue) -> [String?] {
            CheckpointVector(reply.elements ?? [], projections: projections.count).identifiers
        }
        return DatabasePair(
            projections, home: home, database: database, positions,
            (identifiers(replies[0]), identifiers(replies[2])), redis)
    }

    /// The growth record's fields that are topics: the others have a colon.
    private static func partitionCounts(
        _ keys: KeySpace, _ redis: inout RedisConnection
    ) throws -> [String: Int32] {
        let fields = try redis.command("HGETALL", keys.growth).elements?.compactMap(\.text) ?? []
        var counts: [String: Int32] = [:]
        for index in stride(from: 0, to: fields.count - 1, by: 2) where !fields[index].contains(":") {
            counts[fields[index]] = Int32(fields[index + 1]) ?? 0
        }
        return counts
    }

    /// `TOPIC:PARTITION` of each projection, with what `vector` says of it.
    func named(_ vector: CheckpointVector) -> [(projection: String, partition: String, next: Int64)] {
        zip(positions.dropFirst(projections.count), vector.next).compactMap { key, next in
            let words = key.split(separator: ":")
            guard words.count == 5 else { return nil }
            return (String(words[1]), "\(words[3]):\(words[4])", next)
        }
    }

    private static func append(_ keys: [String], to commands: inout CommandBuffer) {
        commands.begin(1 + keys.count)
        commands.argument("MGET")
        for key in keys { commands.argument(text: key) }
    }

    /// Reads the units of both sides and how far both are, in one transaction.
    ///
    /// Throws ``WorkerError`` if another generation is in one of the databases now.
    mutating func look(_ units: [ComparedUnit], _ views: [ComparedView]) throws -> Look {
        var commands = CommandBuffer()
        commands.command("MULTI")
        for side in [home, database] {
            commands.command("SELECT", "\(side)")
            Self.append(positions, to: &commands)
            for unit in units { unit.append(views[unit.view].kind, to: &commands) }
        }
        commands.command("SELECT", "\(home)")
        commands.command("EXEC")
        let replies = try redis.roundTrip(commands)
        guard let elements = replies.last?.elements, elements.count == 2 * (units.count + 2) + 1 else {
            throw WorkerError(.failed, "Redis did not carry out a read of both databases: \(Self.refusal(replies))")
        }
        let half = units.count + 2
        let look = Look(
            live: Array(elements[2..<half]), build: Array(elements[half + 2..<2 * half]),
            liveAt: CheckpointVector(elements[1].elements ?? [], projections: projections.count),
            buildAt: CheckpointVector(elements[half + 1].elements ?? [], projections: projections.count))
        guard look.liveAt.identifiers == identifiers.live, look.buildAt.identifiers == identifiers.build else {
            throw WorkerError(
                .failed,
                "the databases were exchanged, or a generation was removed, while they were compared: run it again")
        }
        return look
    }

    private static func refusal(_ replies: [RedisValue]) -> String {
        for case .error(let text) in replies { return readableText(text) }
        return "it sent another reply than was asked for"
    }

    /// One page of the keys of one side; the connection is in the home database afterwards.
    mutating func page(of side: Int, from cursor: [UInt8], count: Int) throws -> (keys: [[UInt8]], next: [UInt8]) {
        var commands = CommandBuffer()
        commands.command("SELECT", "\(side)")
        commands.begin(4)
        commands.argument("SCAN")
        commands.argument(cursor)
        commands.argument("COUNT")
        commands.argument(text: "\(count)")
        commands.command("SELECT", "\(home)")
        let parts = try redis.roundTrip(commands)[1].elements ?? []
        guard parts.count == 2, let next = parts[0].bytes else {
            throw WorkerError(.failed, "the reply to SCAN is not one of Redis's")
        }
        return (parts[1].elements?.compactMap(\.bytes) ?? [], next)
    }

    /// One command for each key, of both sides.
    mutating func ask(_ keys: [[UInt8]], _ name: (Int) -> String) throws -> (live: [RedisValue], build: [RedisValue]) {
        var commands = CommandBuffer()
        for side in [home, database] {
            commands.command("SELECT", "\(side)")
            for (index, key) in keys.enumerated() {
                commands.begin(2)
                commands.argument(text: name(index))
                commands.argument(key)
            }
        }
        commands.command("SELECT", "\(home)")
        let replies = try redis.roundTrip(commands)
        return (Array(replies[1...keys.count]), Array(replies[keys.count + 2..<2 * keys.count + 2]))
    }

    /// One page of a large row's members.
    mutating func members(
        of key: [UInt8], _ kind: ViewKind, side: Int, from cursor: [UInt8]
    ) throws -> (members: [[UInt8]], next: [UInt8]) {
        var commands = CommandBuffer()
        commands.command("SELECT", "\(side)")
        commands.begin(5)
        commands.argument(kind == .set ? "SSCAN" : "ZSCAN")
        for word in [key, cursor, Array("COUNT".utf8), Array("1000".utf8)] { commands.argument(word) }
        commands.command("SELECT", "\(home)")
        let parts = try redis.roundTrip(commands)[1].elements ?? []
        guard parts.count == 2, let next = parts[0].bytes, let values = parts[1].elements else {
            // Gone meanwhile, or of another type now.
            return ([], [UInt8(ascii: "0")])
        }
        let step = kind == .set ? 1 : 2
        return (stride(from: 0, to: values.count, by: step).compactMap { values[$0].bytes }, next)
    }
}
