import Configuration
import Formats
import PatientRedis
import Projections
import Records
import Redis
import RedisServer
import Testing

@testable import Registry

/// The schema's id is a part of a key's bytes, and decides its partition with them.
@Suite struct KeySchemaTests {
    /// The same schema under every id.
    private final class Schemas: SchemaSource {
        func schema(_ id: UInt32) -> SchemaAnswer {
            .found(WriterSchema(.avro, #"{"type":"record","name":"K","fields":[{"name":"id","type":"string"}]}"#))
        }

        func firstKeySchema(of topic: String, seen id: UInt32) -> KeySchemaAnswer { .first(1) }
    }

    private func outcome(_ options: String, _ change: String, keySchema: UInt8) throws -> ProjectionOutcome {
        let text = """
            kafka: { bootstrap.servers: "-" }
            redis: redis://localhost
            registry: http://localhost
            projections:
              p:
                version: 1
                topics: { t: { encoding: avro, key: [$.id]\(options) } }
                views: { v: { hash: "v:{id}", events: { "*": { \(change) } } } }
            """
        let plan = try #require(Configuration.parse(text: text).projections.first)
        let projector = makeProjector(plan, schemas: Schemas())
        let key: [UInt8] = [0, 0, 0, 0, keySchema, 2, 0x61]
        let value: [UInt8] = [0, 0, 0, 0, 7, 2, 0x61]
        var changes = Changeset()
        let headers = HeaderList()
        return projector.project(
            Event(
                topic: 0, partition: 0, offset: 0, timestamp: 1, key: key.span, value: value.span, headers: headers),
            into: &changes)
    }

    @Test func `a key with another schema halts what depends on order, unless that cannot move it`() throws {
        #expect(try outcome("", "set: { id: $.id }", keySchema: 1) == .projected)
        guard case .bad(let bad) = try outcome("", "set: { id: $.id }", keySchema: 2) else {
            Issue.record("it was projected")
            return
        }
        #expect(bad.demandsHalt)
        #expect(bad.reason.contains("key-partitioning: stable"))
        #expect(try outcome(", key-partitioning: stable", "set: { id: $.id }", keySchema: 2) == .projected)
        #expect(try outcome("", "increment: { n: 1 }", keySchema: 2) == .projected)
    }

    @Test func `the first schema of a topic's keys is kept, for builds too`() throws {
        let server = try RedisServer()
        let home = try RedisOptions(patient: server.url)
        let keys = KeySpace(projection: "p")
        #expect(try StoredSchemas(keys, home: home).firstKeySchema(of: "t", seen: 4) == 4)
        #expect(try StoredSchemas(keys, home: home, build: 2).firstKeySchema(of: "t", seen: 5) == 4)
        #expect(try StoredSchemas(keys, home: home.selecting(2)).firstKeySchema(of: "t", seen: 6) == 4)
        #expect(try StoredSchemas(keys, home: home).firstKeySchema(of: "u", seen: 6) == 6)
        #expect(try StoredSchemas(keys, home: home).load().isEmpty)
    }
}
