import Bytes
import Configuration
import FakeRegistry
import Formats
import Foundation
import Projections
import Records
import Redis
import RedisServer
import Synchronization
import Testing

@testable import Registry

/// Schemas that a record's headers name, by GUID or id, in the place of a frame.
@Suite struct SchemaHeaderTests {
    private static let text = "00112233-4455-6677-8899-aabbccddeeff"
    private static let guid: [UInt8] = (0..<16).map { UInt8($0 * 0x11) }
    private static let order =
        #"{"type":"record","name":"O","fields":[{"name":"id","type":"string"},{"name":"n","type":"long"}]}"#
    private static let key = #"{"type":"record","name":"K","fields":[{"name":"id","type":"string"}]}"#
    /// `message Payment { string id = 1; int64 cents = 2; }` in shop.proto.
    private static let file = "CgpzaG9wLnByb3RvEgRzaG9wIiQKB1BheW1lbnQSCgoCaWQYASABKAkSDQoFY2VudHMYAiABKANiBnByb3RvMw=="

    private final class Schemas: SchemaSource {
        let isHere: Bool
        /// The first schema of the topic's keys.
        private let first = Mutex<KeySchema?>(nil)

        init(isHere: Bool = true) { self.isHere = isHere }

        func schema(_ id: UInt32) -> SchemaAnswer {
            switch id {
            case 1, .max: .found(WriterSchema(.avro, SchemaHeaderTests.key))
            case 2: .found(WriterSchema(.avro, SchemaHeaderTests.order))
            default: .unusable("there is no schema \(id)")
            }
        }

        func firstKeySchema(of topic: String, seen schema: KeySchema) -> KeySchemaAnswer {
            first.withLock { first in
                let known = first ?? schema
                first = known
                return .first(known)
            }
        }

        func schema(_ guid: SchemaGUID) -> SchemaAnswer {
            if !isHere { return .awaited("\(guid) is on its way") }
            return switch guid.low & 0xFF {
            case 0xFF: .found(WriterSchema(.avro, SchemaHeaderTests.order))
            case 1: .found(WriterSchema(.avro, SchemaHeaderTests.key))
            case 2: .found(WriterSchema(.protobuf, SchemaHeaderTests.file))
            default: .unusable("there is no schema \(guid)")
            }
        }
    }

    private func projector(_ topic: String, _ schemas: any SchemaSource = Schemas()) throws -> any PlannedProjector {
        let text = """
            kafka: { bootstrap.servers: "-" }
            redis: redis://localhost
            registry: http://localhost
            projections:
              p:
                version: 1
                topics: { t: \(topic) }
                views: { row: { hash: "row:{id}", events: { "*": { set: { id: $.id, n: "$.n?", cents: "$.cents?" } } } } }
            """
        return makeProjector(try #require(Configuration.parse(text: text).projections.first), schemas: schemas)
    }

    private func outcome(
        _ projector: any Projector, key: [UInt8], value: [UInt8], _ headers: [(String, [UInt8])]
    ) -> (ProjectionOutcome, commands: String) {
        let list = HeaderList()
        for (name, value) in headers { list.append(name: Array(name.utf8).span, value: value.span) }
        var changes = Changeset()
        let outcome = projector.project(
            Event(topic: 0, partition: 0, offset: 0, timestamp: 1, key: key.span, value: value.span, headers: list),
            into: &changes)
        var commands = CommandBuffer()
        changes.encode(into: &commands)
        return (outcome, String(decoding: commands.bytes.array, as: UTF8.self))
    }

    private static let value: [UInt8] = [2, 0x61, 84]

    @Test func `a value's header comes before its frame, and each form of it is read`() throws {
        let projector = try projector("{ encoding: avro, key: $.id }")
        let framed: [UInt8] = [0, 0, 0, 0, 2] + Self.value
        let header = "__value_schema_id"
        for (value, headers) in [
            (Self.value, [(header, [1] + Self.guid)]),
            (Self.value, [(header, [0, 0, 0, 0, 2])]),
            // The last one of a name counts.
            (Self.value, [(header, [0, 0, 0, 0, 9]), (header, [1] + Self.guid)]),
            // It is none, or another one's: the frame counts.
            (framed, []), (framed, [(header, [7])]), (framed, [("__key_schema_id", [1] + Self.guid)]),
            (Self.value, [(header, [1] + Self.guid)]),
        ] {
            let (outcome, commands) = outcome(projector, key: [0x61], value: value, headers)
            #expect(outcome == .projected, "\(headers)")
            #expect(commands.contains("$1\r\nn\r\n$2\r\n42\r\n"), "\(headers): \(commands)")
        }
        guard
            case .bad(let bad) = outcome(
                projector, key: [0x61], value: Self.value, [(header, [1] + Self.guid.dropLast() + [3])]
            ).0
        else {
            Issue.record("it was projected")
            return
        }
        #expect(bad.reason.contains("00112233-4455-6677-8899-aabbccddee03"), "\(bad.reason)")
    }

    @Test func `a key's header leaves the key's bytes alone, so that its schema cannot move it`() throws {
        let projector = try projector("{ encoding: avro, key: [$.id] }")
        let headers: [(String, [UInt8])] = [
            ("__value_schema_id", [1] + Self.guid), ("__key_schema_id", [1] + Self.guid.dropLast() + [1]),
        ]
        let other = [headers[0], ("__key_schema_id", [0, 0, 0, 0, 1])]
        for headers in [headers, other, headers] {
            #expect(outcome(projector, key: [2, 0x61], value: Self.value, headers).0 == .projected)
        }
    }

    @Test(arguments: [true, false], ["", ", key-partitioning: stable"])
    func `keys that go from a frame to a header, or back, are in other partitions`(isFramed: Bool, option: String)
        throws
    {
        let projector = try projector("{ encoding: avro, key: [$.id]\(option) }")
        let value: (String, [UInt8]) = ("__value_schema_id", [1] + Self.guid)
        for round in 0..<2 {
            let isFramed = (round == 0) == isFramed
            let (outcome, _) = outcome(
                projector, key: isFramed ? [0, 0, 0, 0, 1, 2, 0x61] : [2, 0x61], value: Self.value,
                isFramed ? [value] : [value, ("__key_schema_id", [1] + Self.guid.dropLast() + [1])])
            guard round == 1, option.isEmpty else {
                #expect(outcome == .projected)
                continue
            }
            guard case .bad(let bad) = outcome else {
                Issue.record("it was projected")
                continue
            }
            #expect(bad.demandsHalt && bad.reason.contains("key-partitioning: stable"), "\(bad)")
        }
    }

    /// Whatever number a frame may have.
    @Test func `keys that a header describes are not those of a frame with any id`() throws {
        let projector = try projector("{ encoding: avro, key: [$.id] }")
        let value: (String, [UInt8]) = ("__value_schema_id", [1] + Self.guid)
        let (first, _) = outcome(
            projector, key: [2, 0x61], value: Self.value, [value, ("__key_schema_id", [0, 0, 0, 0, 1])])
        #expect(first == .projected)
        let (other, _) = outcome(projector, key: [0, 255, 255, 255, 255, 2, 0x61], value: Self.value, [value])
        guard case .bad(let bad) = other else {
            Issue.record("it was projected")
            return
        }
        #expect(bad.reason.contains("key-partitioning: stable"), "\(bad.reason)")
    }

    @Test func `of Protobuf the header says which message it is`() throws {
        let projector = try projector("{ encoding: protobuf, key: $.id }")
        let value: [UInt8] = [0x0A, 1, 0x61, 0x10, 0xAC, 0x02]
        func outcome(_ message: [UInt8]) -> (ProjectionOutcome, String) {
            self.outcome(
                projector, key: [0x61], value: value,
                [("__value_schema_id", [1] + Self.guid.dropLast() + [2] + message)])
        }
        // The first message, in short and at length.
        for message in [[0], [2, 0]] as [[UInt8]] {
            let (projected, commands) = outcome(message)
            #expect(projected == .projected)
            #expect(commands.contains("$5\r\ncents\r\n$3\r\n300\r\n"), "\(commands)")
        }
        for message in [[], [2, 2]] as [[UInt8]] {
            guard case .bad = outcome(message).0 else {
                Issue.record("\(message) was projected")
                continue
            }
        }
    }

    @Test func `one that is not here yet is waited for`() throws {
        let projector = try projector("{ encoding: avro, key: $.id }", Schemas(isHere: false))
        let headers = [("__value_schema_id", [1] + Self.guid)]
        #expect(
            outcome(projector, key: [0x61], value: Self.value, headers).0
                == .awaitsSchema("\(Self.text) is on its way"))
    }

    @Test func `a schema is asked for by its GUID once, and kept under it`() throws {
        let server = try RedisServer()
        let home = RedisOptions(
            address: try RedisAddress(server.url), connectTimeoutMilliseconds: 10_000,
            commandTimeoutMilliseconds: 10_000, replyLimits: .none)
        let keys = KeySpace(projection: "p")
        var redis = try RedisConnection.open(home)
        let record = GenerationRecord(number: 1, identifier: "1a2b3c4d", fingerprint: "f")
        try redis.command("SET", keys.generation, record.text)
        func store(_ url: String) -> SchemaStore {
            SchemaStore(
                RegistryOptions(url: url),
                keeper: StoredSchemas(
                    keys, home: home, finder: GenerationFinder(home: 0), of: "1a2b3c4d", in: 0), report: { _ in })
        }
        let guid = try #require(SchemaGUID(Self.text))
        #expect(guid.description == Self.text)
        #expect(SchemaGUID(high: 1, low: 2).description == "00000000-0000-0001-0000-000000000002")
        func answer(_ store: SchemaStore) -> SchemaAnswer {
            for _ in 0..<3_000 {
                if case .awaited = store.schema(guid) { usleep(10_000) } else { break }
            }
            return store.schema(guid)
        }
        let registry = try FakeRegistry { _, _ in FakeRegistry.schema("S") }
        #expect(answer(store(registry.url)) == .found(WriterSchema(.avro, "S")))
        #expect(registry.paths == ["/schemas/guids/\(Self.text)"])
        registry.close()
        #expect(answer(store(registry.url)) == .found(WriterSchema(.avro, "S")))
        #expect(try redis.command("HKEYS", keys.schemas).elements?.compactMap(\.text) == [Self.text])
    }
}
