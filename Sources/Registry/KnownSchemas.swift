public import Projections
public import Records
public import Redis

/// The schemas that Redis keeps, and no others: for what is shown of events that were read before.
public final class KnownSchemas: SchemaSource {
    private let schemas: [SchemaName: WriterSchema]

    public init(_ keys: KeySpace, _ redis: inout RedisConnection) throws {
        schemas = try StoredSchemas.read(keys.schemas, &redis)
    }

    public func schema(_ id: UInt32) -> SchemaAnswer { schema(.id(id)) }
    public func schema(_ guid: SchemaGUID) -> SchemaAnswer { schema(.guid(guid)) }

    private func schema(_ id: SchemaName) -> SchemaAnswer {
        schemas[id].map { .found($0) } ?? .unusable("schema \(id) was not fetched yet")
    }
}
