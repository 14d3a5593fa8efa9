import Configuration
import Dispatch
import Foundation
import Formats
import PatientRedis
import Projections
import Records
import Redis
import RedisServer
import Synchronization
import Testing

@testable import Registry

/// The schema's id is a part of a key's bytes, and decides its partition with them.
@Suite struct KeySchemaTests {
    /// The same schema under every id.
    private final class Schemas: SchemaSource {
        func schema(_ id: UInt32) -> SchemaAnswer {
            .found(WriterSchema(.avro, #"{"type":"record","name":"K","fields":[{"name":"id","type":"string"}]}"#))
        }

        func firstKeySchema(of topic: String, seen schema: KeySchema) -> KeySchemaAnswer { .first(.framed(1)) }
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

    @Test func `of workers that see the first keys at once one is first, and all know which`() throws {
        let server = try RedisServer()
        let home = try RedisOptions(patient: server.url)
        let keys = KeySpace(projection: "p")
        try begin(home, keys)
        for number in 0..<100 {
            let found = Mutex<[KeySchema?]>([])
            let group = DispatchGroup()
            for worker in 1...8 {
                group.enter()
                Thread.detachNewThread {
                    let first = try? kept(keys, home).firstKeySchema(of: "t\(number)", seen: .framed(UInt32(worker)))
                    found.withLock { $0.append(first) }
                    group.leave()
                }
            }
            group.wait()
            let all = Set(found.withLock { $0 })
            #expect(all.count == 1 && !all.contains(nil), "topic t\(number): \(all)")
        }
    }

    private static let identifier = "1a2b3c4d"

    /// A database has a generation.
    private func begin(_ options: RedisOptions, _ keys: KeySpace, _ identifier: String = identifier) throws {
        var redis = try RedisConnection.open(options)
        let record = GenerationRecord(number: 1, identifier: identifier, fingerprint: "f")
        try redis.command("SET", keys.generation, record.text)
    }

    private func kept(
        _ keys: KeySpace, _ home: RedisOptions, _ identifier: String = identifier, in database: Int = 0
    ) -> StoredSchemas {
        StoredSchemas(keys, home: home, finder: GenerationFinder(home: 0), of: identifier, in: database)
    }

    @Test func `the first schema of a topic's keys is kept, for builds too`() throws {
        let server = try RedisServer()
        let home = try RedisOptions(patient: server.url)
        let keys = KeySpace(projection: "p")
        try begin(home, keys)
        try begin(home.selecting(2), keys, "2b3c4d5e")
        #expect(try kept(keys, home).firstKeySchema(of: "t", seen: .framed(4)) == .framed(4))
        #expect(try kept(keys, home, "2b3c4d5e", in: 2).firstKeySchema(of: "t", seen: .framed(5)) == .framed(4))
        // The build is live.
        var redis = try RedisConnection.open(home)
        try redis.command("SWAPDB", "0", "2")
        #expect(try kept(keys, home, "2b3c4d5e").firstKeySchema(of: "t", seen: .framed(6)) == .framed(4))
        #expect(try kept(keys, home, "2b3c4d5e").firstKeySchema(of: "u", seen: .inHeader) == .inHeader)
        #expect(try kept(keys, home, "2b3c4d5e").firstKeySchema(of: "u", seen: .framed(6)) == .inHeader)
        #expect(try kept(keys, home).load().isEmpty)
    }
}
