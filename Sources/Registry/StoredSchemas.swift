import Bytes
public import Projections
public import Records
public import Redis
import Synchronization

/// Keeps a generation's schemas in Redis, in the database in which that generation is: a build begins with what the live
/// one has.
///
/// Whatever is read or written is so only while the generation is there: a promotion moves it to another database, a build
/// that was dropped gets nothing more, and what comes after it in its database nothing foreign.
public final class StoredSchemas: SchemaStore.Keeper {
    /// Why nothing was written.
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    /// So often a transaction is tried that another writer comes before.
    private static let attempts = 16

    private let keys: KeySpace
    private let home: RedisOptions
    private let finder: GenerationFinder
    /// nil: nothing is written.
    private let generation: String?
    private let database: Atomic<Int>

    /// For commands: reads what the live generation has, and writes nothing.
    public init(reading keys: KeySpace, home: RedisOptions) {
        self.keys = keys
        self.home = home
        finder = GenerationFinder(home: home.address.database)
        generation = nil
        database = Atomic(home.address.database)
    }

    /// `generation`: its identifier; `database`: where it is now, which a promotion changes.
    public init(
        _ keys: KeySpace, home: RedisOptions, finder: GenerationFinder, of generation: String, in database: Int
    ) {
        self.keys = keys
        self.home = home
        self.finder = finder
        self.generation = generation
        self.database = Atomic(database)
    }

    /// What the generation has. One that is not in the home database gets what it lacks.
    public func load() throws -> [SchemaName: WriterSchema] {
        guard generation != nil else {
            var redis = try RedisConnection.open(home)
            return try Self.read(keys.schemas, &redis)
        }
        var found: [SchemaName: WriterSchema] = [:]
        try transaction { redis, isHome, commands in
            found = try Self.read(keys.schemas, &redis)
            if isHome { return }
            var live = try RedisConnection.open(home)
            let lacking = try Self.read(keys.schemas, &live).filter { found[$0.key] == nil }
            append(lacking, to: &commands)
            found.merge(lacking) { $1 }
        }
        return found
    }

    static func read(_ key: String, _ redis: inout RedisConnection) throws -> [SchemaName: WriterSchema] {
        let elements = try redis.command("HGETALL", key).elements ?? []
        var found: [SchemaName: WriterSchema] = [:]
        for index in stride(from: 0, to: elements.count - 1, by: 2) {
            guard let id = elements[index].text.flatMap({ SchemaName($0) }),
                let stored = elements[index + 1].bytes.flatMap({ StoredSchema(text: $0) })
            else { continue }
            found[id] = stored.schema
        }
        return found
    }

    public func keep(_ id: SchemaName, _ schema: WriterSchema) throws {
        try transaction { _, _, commands in append([id: schema], to: &commands) }
    }

    private func append(_ schemas: [SchemaName: WriterSchema], to commands: inout CommandBuffer) {
        for (id, schema) in schemas {
            commands.begin(4)
            commands.argument("HSET")
            commands.argument(text: keys.schemas)
            commands.argument(text: "\(id)")
            commands.argument(StoredSchema(schema).text)
        }
    }

    public func firstKeySchema(of topic: String, seen schema: KeySchema) throws -> KeySchema {
        let field = "key:\(topic)"
        func known(_ redis: inout RedisConnection) throws -> KeySchema? {
            try redis.command("HGET", keys.schemas, field).text.flatMap { KeySchema(stored: $0) }
        }
        var first = schema
        try transaction { redis, isHome, commands in
            // Of those that see the first key at once one is first.
            try redis.command("WATCH", keys.schemas)
            if let own = try known(&redis) {
                first = own
                return
            }
            first = schema
            // What the home database has goes before what was seen elsewhere.
            if !isHome {
                var live = try RedisConnection.open(home)
                first = try known(&live) ?? schema
            }
            commands.command("HSET", keys.schemas, field, first.stored)
        }
        return first
    }

    // MARK: Where the generation is

    /// Carries out what `fill` reads and writes in the generation's database, if the generation was there all the time and what
    /// `fill` watches is as it was; `fill` is called again otherwise. `isHome`: it is the live one.
    private func transaction(
        _ fill: (_ redis: inout RedisConnection, _ isHome: Bool, _ commands: inout CommandBuffer) throws -> Void
    ) throws {
        guard let generation else { throw Refused(description: "a command writes no schemas") }
        for _ in 0..<Self.attempts {
            let place = database.load(ordering: .relaxed)
            var redis = try RedisConnection.open(home.selecting(place))
            try redis.command("WATCH", keys.generation)
            let record = try redis.command("GET", keys.generation).bytes.flatMap { GenerationRecord(bytes: $0) }
            guard let record, record.identifier == generation, record.state != .dropping else {
                try find(generation, notIn: place)
                continue
            }
            var commands = CommandBuffer()
            commands.command("MULTI")
            try fill(&redis, place == home.address.database, &commands)
            // Also where nothing is written: what was read is the generation's if nothing came between.
            commands.command("EXEC")
            switch try redis.roundTrip(commands).last {
            case .array(let results)?:
                if case .error(let text)? = results.first(where: { if case .error = $0 { true } else { false } }) {
                    throw RedisError.reply(text, to: "keeping schemas")
                }
                return
            case .error(let text)?: throw RedisError.reply(text, to: "keeping schemas")
            default: continue
            }
        }
        throw Refused(description: "other writers of \(keys.schemas) or \(keys.generation) came before each time")
    }

    /// A promotion moves generations to other databases.
    private func find(_ generation: String, notIn place: Int) throws {
        var redis = try RedisConnection.open(home)
        let found = try finder.places(of: [keys.projection], &redis)[0].first {
            $0.record.identifier == generation && $0.record.state != .dropping
        }
        guard let found, found.database != place else {
            throw Refused(
                description: "generation \(generation) of projection \(keys.projection) is in no database any more")
        }
        database.store(found.database, ordering: .relaxed)
    }
}
