import Bytes
public import Redis

/// Finds the generations of projections in the databases of one Redis, by asking all of them at once.
///
/// No directory says where a generation is, so none can be out of date: a promotion exchanges two databases, and the next
/// answer shows it.
public struct GenerationFinder: Sendable, Equatable {
    /// At most this many databases are asked.
    public static let mostDatabases = 64

    /// Where the live generations are.
    public let home: Int
    /// The others, in the order in which they are asked.
    public let others: [Int]

    public init(home: Int, spare: [Int]? = nil) {
        self.home = home
        var others: [Int] = []
        for database in (spare ?? []) + Array(0..<Self.mostDatabases)
        where database != home && !others.contains(database) && others.count < Self.mostDatabases - 1 {
            others.append(database)
        }
        self.others = others
    }

    /// The generations of each projection, the live one first; `redis` is in the home database and stays there.
    public func places(of projections: [String], _ redis: inout RedisConnection) throws -> [[GenerationPlace]] {
        let names = projections.map { KeySpace(projection: $0).generation }
        var places: [[GenerationPlace]] = projections.map { _ in [] }
        try visit(["MGET"] + names, &redis) { database, reply in
            for (index, value) in (reply.elements ?? []).enumerated() {
                guard let record = value.bytes.flatMap({ GenerationRecord(bytes: $0) }) else { continue }
                places[index].append(GenerationPlace(database: database, record: record))
            }
        }
        return places
    }

    /// How many keys each database that may be used holds.
    public func sizes(_ redis: inout RedisConnection) throws -> [(database: Int, keys: Int64)] {
        var sizes: [(database: Int, keys: Int64)] = []
        try visit(["DBSIZE"], &redis) { database, reply in
            if let keys = reply.integer { sizes.append((database, keys)) }
        }
        return sizes
    }

    /// Sends one command to every database in one pipeline; those that cannot be selected are left out.
    private func visit(
        _ words: [String], _ redis: inout RedisConnection, _ body: (Int, RedisValue) -> Void
    ) throws {
        var commands = CommandBuffer()
        Self.append(words, to: &commands)
        for database in others {
            commands.command("SELECT", "\(database)")
            Self.append(words, to: &commands)
        }
        commands.command("SELECT", "\(home)")
        let replies = try redis.roundTrip(commands)
        if case .error(let text) = replies[0] { throw RedisError.reply(text, to: words[0]) }
        body(home, replies[0])
        var hasMoved = false
        for (index, database) in others.enumerated() where replies[1 + 2 * index].isOK {
            hasMoved = true
            body(database, replies[2 + 2 * index])
        }
        if hasMoved, case .error(let text)? = replies.last { throw RedisError.reply(text, to: "SELECT \(home)") }
    }

    private static func append(_ words: [String], to commands: inout CommandBuffer) {
        commands.begin(words.count)
        for word in words { commands.argument(text: word) }
    }
}
