import Dispatch
import FakeRegistry
import Foundation
import PatientRedis
import Projections
import Records
import Redis
import RedisServer
import Synchronization
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

    private static let live = "1a2b3c4d"
    private static let build = "2b3c4d5e"

    /// Database 0 has the live generation.
    private func begin(_ identifier: String = live, in database: Int = 0) throws {
        var redis = try RedisConnection.open(try home.selecting(database))
        let record = GenerationRecord(number: 1, identifier: identifier, fingerprint: "f")
        try redis.command("SET", keys.generation, record.text)
    }

    private func kept(_ identifier: String = live, in database: Int = 0) throws -> StoredSchemas {
        StoredSchemas(keys, home: try home, finder: GenerationFinder(home: 0), of: identifier, in: database)
    }

    private func store(
        _ url: String, _ identifier: String = live, in database: Int = 0,
        adjust: (inout RegistryOptions) -> Void = { _ in }
    ) throws -> SchemaStore {
        var options = RegistryOptions(url: url)
        adjust(&options)
        return SchemaStore(options, keeper: try kept(identifier, in: database), report: { _ in })
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
        try begin()
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
        try begin(Self.build, in: 3)
        #expect(answer(try self.store("http://127.0.0.1:1"), 5) == found)
        #expect(answer(try self.store("http://127.0.0.1:1", Self.build, in: 3), 5) == found)
        var redis = try RedisConnection.open(try home.selecting(3))
        #expect(try redis.command("HLEN", keys.schemas).integer == 2)
        // It is live now, and what was live is gone.
        try redis.command("SWAPDB", "0", "3")
        try redis.command("FLUSHDB")
        #expect(
            answer(try self.store("http://127.0.0.1:1", Self.build), 6)
                == .found(WriterSchema(.avro, "schema of /schemas/ids/6")))
    }

    @Test func `a schema of a generation that was dropped, replaced or moved is not left in the database of another`()
        throws
    {
        try begin()
        try begin(Self.build, in: 3)
        let schema = WriterSchema(.avro, "s")
        let late = try kept(Self.build, in: 3)
        try late.keep(1, schema)
        var redis = try RedisConnection.open(try home)
        // Promoted: it is written where the generation is now.
        try redis.command("SWAPDB", "0", "3")
        try late.keep(2, schema)
        #expect(try redis.command("HLEN", keys.schemas).integer == 2)
        try redis.command("SWAPDB", "0", "3")
        // Dropped: its keys are gone, or about to go.
        var spare = try RedisConnection.open(try home.selecting(3))
        let record = GenerationRecord(number: 1, identifier: Self.build, state: .dropping, fingerprint: "f")
        try spare.command("SET", keys.generation, record.text)
        try spare.command("DEL", keys.schemas)
        #expect(throws: StoredSchemas.Refused.self) { try late.keep(3, schema) }
        #expect(throws: StoredSchemas.Refused.self) { try late.firstKeySchema(of: "t", seen: .framed(3)) }
        try spare.command("DEL", keys.generation)
        #expect(throws: StoredSchemas.Refused.self) { try late.keep(3, schema) }
        // The next build is there already.
        try begin("3c4d5e6f", in: 3)
        #expect(throws: StoredSchemas.Refused.self) { try late.keep(3, schema) }
        #expect(try spare.command("EXISTS", keys.schemas).integer == 0)
        #expect(try redis.command("EXISTS", keys.schemas).integer == 0)
    }

    @Test func `after a promotion each generation reads its own, and one that is kept current gets what it lacks`()
        throws
    {
        try begin()
        try begin(Self.build, in: 3)
        let (former, promoted) = (try kept(), try kept(Self.build, in: 3))
        let schema = WriterSchema(.avro, "s")
        try former.keep(1, schema)
        #expect(try promoted.load() == [1: schema])
        var redis = try RedisConnection.open(try home)
        try redis.command("SWAPDB", "0", "3")
        // What only the former one was asked for is none of the live one's; what that one finds is for both.
        try kept(Self.live, in: 3).keep(2, schema)
        #expect(try promoted.load() == [1: schema])
        try promoted.keep(3, schema)
        #expect(try former.load() == [1: schema, 2: schema, 3: schema])
        var spare = try RedisConnection.open(try home.selecting(3))
        #expect(try spare.command("HEXISTS", keys.schemas, "3").integer == 1)
        #expect(try promoted.firstKeySchema(of: "t", seen: .framed(4)) == .framed(4))
        #expect(try former.firstKeySchema(of: "t", seen: .framed(5)) == .framed(4))
        // Back again: it has them itself.
        try redis.command("SWAPDB", "0", "3")
        try spare.command("FLUSHDB")
        #expect(try former.load() == [1: schema, 2: schema, 3: schema])
        #expect(try former.firstKeySchema(of: "t", seen: .framed(6)) == .framed(4))
        #expect(throws: StoredSchemas.Refused.self) { try promoted.load() }
    }

    @Test func `a schema that the registry lacks makes events bad, one that it does not give lets them wait`() throws {
        let registry = try FakeRegistry { path, _ in path.hasSuffix("/9") ? .noSchema : FakeRegistry.Reply(503) }
        try begin()
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

    @Test func `a schema that is refused, and one that is awaited for long, delay no other`() throws {
        let registry = try FakeRegistry { path, _ in
            switch path {
            case "/schemas/ids/8": FakeRegistry.Reply(503)
            case "/schemas/ids/7": .silent
            default: FakeRegistry.schema("here")
            }
        }
        defer { registry.close() }
        try begin()
        let store = try store(registry.url) { ($0.shortestPause, $0.longestPause) = (600_000, 600_000) }
        _ = store.schema(7)
        _ = store.schema(8)
        let end = Date().addingTimeInterval(20)
        while registry.paths.count < 2, Date() < end { usleep(10_000) }
        #expect(answer(store, 9) == .found(WriterSchema(.avro, "here")))
        guard case .awaited = store.schema(7), case .awaited(let words) = store.schema(8) else {
            Issue.record("one of them came")
            return
        }
        #expect(words.contains("503"), "\(words)")
    }

    @Test func `those that wait are told once of what comes together, and soon of what comes beside a silent request`()
        throws
    {
        let areAllAsked = DispatchSemaphore(value: 0)
        let registry = try FakeRegistry { path, _ in
            if path == "/schemas/ids/99" { return .silent }
            areAllAsked.wait()
            areAllAsked.signal()
            return FakeRegistry.schema("here")
        }
        defer { registry.close() }
        try begin()
        func store(gather: Int, _ tell: @escaping @Sendable () -> Void) throws -> SchemaStore {
            var options = RegistryOptions(url: registry.url)
            options.gatherMilliseconds = gather
            return SchemaStore(options, keeper: try kept(), changed: tell, report: { _ in })
        }
        let told = DispatchSemaphore(value: 0)
        let patient = try store(gather: 600_000) { told.signal() }
        for id in 1...40 as ClosedRange<UInt32> { _ = patient.schema(id) }
        areAllAsked.signal()
        for id in 1...40 as ClosedRange<UInt32> { _ = answer(patient, id) }
        #expect(told.wait(timeout: .now() + 30) == .success)
        #expect(told.wait(timeout: .now()) == .timedOut)
        let second = DispatchSemaphore(value: 0)
        let hasty = try store(gather: 1) { second.signal() }
        _ = hasty.schema(99)
        _ = hasty.schema(50)
        #expect(second.wait(timeout: .now() + 30) == .success)
        #expect(hasty.schema(50) == .found(WriterSchema(.avro, "here")))
    }

    @Test func `what is refused is tried again by itself, says so when it is here, and is forgotten when unwanted`()
        throws
    {
        try begin()
        let registry = try FakeRegistry { _, _ in FakeRegistry.Reply(503) }
        defer { registry.close() }
        var options = RegistryOptions(url: registry.url)
        (options.shortestPause, options.longestPause) = (20, 40)
        let changed = DispatchSemaphore(value: 0)
        let store = SchemaStore(
            options, keeper: try kept(), changed: { changed.signal() }, report: { _ in })
        _ = store.schema(1)
        #expect(changed.wait(timeout: .now() + 30) == .success)
        guard case .awaited(let words) = store.schema(1), words.contains("503") else {
            Issue.record("it does not say why")
            return
        }
        let end = Date().addingTimeInterval(30)
        while registry.paths.count < 3, Date() < end { usleep(10_000) }
        registry.answer { _, _ in FakeRegistry.schema("late") }
        #expect(changed.wait(timeout: .now() + 30) == .success)
        #expect(store.schema(1) == .found(WriterSchema(.avro, "late")))
        registry.answer { _, _ in FakeRegistry.Reply(503) }
        // Wanted once, by events of which nothing is heard any more.
        options.forgetMilliseconds = 100
        let other = SchemaStore(options, keeper: try kept(), report: { _ in })
        for id in 2..<50 as Range<UInt32> { _ = other.schema(id) }
        #expect(other.wishCount == 48)
        while other.wishCount > 0, Date() < end { usleep(10_000) }
        #expect(other.wishCount == 0)
    }

    @Test func `a registry that is silent is told of once, however often and for whatever schema it is asked`() throws {
        let registry = try FakeRegistry { _, _ in .silent }
        defer { registry.close() }
        try begin()
        var options = RegistryOptions(url: registry.url)
        (options.milliseconds, options.shortestPause, options.longestPause) = (100, 10, 20)
        let reports = Mutex<[String]>([])
        let store = SchemaStore(
            options, keeper: try kept(), report: { words in reports.withLock { $0.append(words) } })
        for id in 1...3 as ClosedRange<UInt32> { _ = store.schema(id) }
        let end = Date().addingTimeInterval(30)
        while registry.paths.count < 24, Date() < end { usleep(10_000) }
        let told = reports.withLock { $0 }
        #expect(told.count == 1, "\(told)")
    }

    @Test func `however many schemas are said not to exist, only some are remembered`() {
        var wishes = SchemaWishes()
        for id in 0..<5_000 as Range<UInt32> {
            _ = wishes.ask(.schema(.id(id)), now: Int64(id), words: "")
            guard let name = wishes.start(atMost: 1) else { break }
            wishes.refuse(name, "none", until: .max)
        }
        #expect(wishes.count == 1_000)
        #expect(wishes.refusal(of: .schema(4_999), now: 5_000) == "none")
        #expect(wishes.refusal(of: .schema(0), now: 5_000) == nil)
    }

    @Test func `a stored schema is read as it was written`() {
        let schema = WriterSchema(.protobuf, "größe\n", references: ["", "b c"])
        #expect(StoredSchema(text: StoredSchema(schema).text)?.schema == schema)
        for text in ["", "AVRO", "AVRO\n", "AVRO x\n", "AVRO 2\na", "AVRO 1\nab", "OTHER 1\na", "AVRO -1\n"] {
            #expect(StoredSchema(text: Array(text.utf8)) == nil, "\(text)")
        }
    }
}
