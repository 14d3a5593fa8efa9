import FakeRegistry
import Foundation
import PatientRedis
import Projections
import Records
import Redis
import RedisServer
import Testing

@testable import Registry

@Suite struct SchemaStoreTests {
    private let server: RedisServer
    private let keys = KeySpace(projection: "p")

    init() throws { server = try RedisServer() }

    private var home: RedisOptions {
        get throws {
            try RedisOptions(patient: server.url)
        }
    }

    private func store(_ url: String, build: Int? = nil) throws -> SchemaStore {
        SchemaStore(
            RegistryOptions(url: url), keeper: StoredSchemas(keys, home: try home, build: build), report: { _ in })
    }

    /// Asks until the answer is not to wait, or much time has passed.
    private func answer(_ store: SchemaStore, _ id: UInt32) -> SchemaAnswer {
        for _ in 0..<3_000 {
            let answer = store.schema(id)
            if case .awaited = answer { usleep(10_000) } else { return answer }
        }
        return store.schema(id)
    }

    @Test func `a schema is fetched once, kept, and there when the registry is not`() throws {
        let registry = try FakeRegistry { path, _ in FakeRegistry.schema("schema of \(path)") }
        let store = try store(registry.url)
        guard case .awaited(let words) = store.schema(5) else {
            Issue.record("it was there at once")
            return
        }
        #expect(words == "schema 5 is fetched from the registry at \(registry.url)")
        let found = SchemaAnswer.found(WriterSchema(.avro, "schema of /schemas/ids/5"))
        #expect(answer(store, 5) == found)
        #expect(answer(store, 6) == .found(WriterSchema(.avro, "schema of /schemas/ids/6")))
        #expect(registry.paths == ["/schemas/ids/5", "/schemas/ids/6"])
        registry.close()
        // Another process, and a build in another database, which has its own copy from then on.
        #expect(answer(try self.store("http://127.0.0.1:1", build: 3), 5) == found)
        var redis = try RedisConnection.open(try home.selecting(3))
        #expect(try redis.command("HLEN", keys.schemas).integer == 2)
        #expect(
            answer(
                SchemaStore(
                    RegistryOptions(url: "http://127.0.0.1:1"),
                    keeper: StoredSchemas(keys, home: try home.selecting(3)), report: { _ in }), 6)
                == .found(WriterSchema(.avro, "schema of /schemas/ids/6")))
    }

    @Test func `a schema that the registry lacks makes events bad, one that it does not give lets them wait`() throws {
        let registry = try FakeRegistry { path, _ in FakeRegistry.Reply(path.hasSuffix("/9") ? 404 : 503) }
        let store = try store(registry.url)
        #expect(answer(store, 9) == .unusable("the registry at \(registry.url) has no schema 9"))
        let end = Date().addingTimeInterval(30)
        var words = ""
        while !words.contains("503"), Date() < end {
            if case .awaited(let last) = store.schema(8) { words = last }
            usleep(10_000)
        }
        #expect(words == "the registry at \(registry.url) answered 503 to a request for schema 8")
        registry.answer { _, _ in FakeRegistry.schema("late") }
        #expect(answer(store, 8) == .found(WriterSchema(.avro, "late")))
    }

    @Test func `a stored schema is read as it was written`() {
        let schema = WriterSchema(.protobuf, "größe\n", references: ["", "b c"])
        #expect(StoredSchema(text: StoredSchema(schema).text)?.schema == schema)
        for text in ["", "AVRO", "AVRO\n", "AVRO x\n", "AVRO 2\na", "AVRO 1\nab", "OTHER 1\na", "AVRO -1\n"] {
            #expect(StoredSchema(text: Array(text.utf8)) == nil, "\(text)")
        }
    }
}
