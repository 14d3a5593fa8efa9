public import Projections
public import Records
public import Redis

/// Keeps a projection's schemas in Redis: in the home database, and in that of a build, which is the home one after its
/// promotion.
public final class StoredSchemas: SchemaStore.Keeper {
    private let options: [RedisOptions]
    private let key: String

    /// `build`: the database in which a generation is being built.
    public init(_ keys: KeySpace, home: RedisOptions, build: Int? = nil) {
        key = keys.schemas
        options = [home] + (build.map { [home.selecting($0)] } ?? [])
    }

    /// What the databases have. A build gets what it lacks.
    public func load() throws -> [UInt32: WriterSchema] {
        var all: [UInt32: WriterSchema] = [:]
        for database in options {
            var redis = try RedisConnection.open(database)
            let found = try Self.read(key, &redis)
            for (id, schema) in all where found[id] == nil { try write(id, schema, &redis) }
            all.merge(found) { $1 }
        }
        return all
    }

    static func read(_ key: String, _ redis: inout RedisConnection) throws -> [UInt32: WriterSchema] {
        let elements = try redis.command("HGETALL", key).elements ?? []
        var found: [UInt32: WriterSchema] = [:]
        for index in stride(from: 0, to: elements.count - 1, by: 2) {
            guard let id = elements[index].text.flatMap({ UInt32($0) }),
                let stored = elements[index + 1].bytes.flatMap({ StoredSchema(text: $0) })
            else { continue }
            found[id] = stored.schema
        }
        return found
    }

    public func keep(_ id: UInt32, _ schema: WriterSchema) throws {
        for database in options {
            var redis = try RedisConnection.open(database)
            try write(id, schema, &redis)
        }
    }

    public func firstKeySchema(of topic: String, seen id: UInt32) throws -> UInt32 {
        var first = id
        // What the home database has goes before what a build saw.
        for database in options {
            var redis = try RedisConnection.open(database)
            let field = "key:\(topic)"
            if let known = try redis.command("HGET", key, field).text.flatMap({ UInt32($0) }) {
                first = known
            } else {
                try redis.command("HSET", key, field, "\(first)")
            }
        }
        return first
    }

    private func write(_ id: UInt32, _ schema: WriterSchema, _ redis: inout RedisConnection) throws {
        try redis.command([Array("HSET".utf8), Array(key.utf8), Array("\(id)".utf8), StoredSchema(schema).text])
    }
}
