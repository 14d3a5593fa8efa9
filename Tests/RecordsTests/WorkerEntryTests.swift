import PatientRedis
import Records
import Redis
import RedisServer
import Testing

@Suite struct WorkerEntryTests {
    private static func entry(_ id: String) -> WorkerEntry {
        var entry = WorkerEntry(id: id)
        entry.version = "1.0"
        entry.host = "web 1"
        entry.pod = "orders-0"
        entry.process = 17
        entry.lanes = 2
        var orders = WorkerProjection(name: "orders", fingerprint: "f00")
        orders.state = .running
        orders.number = 3
        orders.generation = "1a2b3c4d"
        orders.database = 0
        orders.rate = 1_200
        orders.freshnessMedian = 3
        orders.freshness99 = 12
        orders.phases = WorkerPhases(fold: 41_000, redis: 12_000, kafka: 500, idle: 66_500)
        orders.partitions = [0, 1, 2, 7].map { WorkerPartition("orders", $0, state: .projecting) }
        orders.partitions.append(WorkerPartition("other", 4, state: .starting))
        orders.partitions.append(
            WorkerPartition("orders", 3, state: .halted, reason: "bad-event: state=x\nis not a number"))
        var build = WorkerProjection(name: "customers", fingerprint: "f01")
        build.role = .build
        build.state = .blocked
        build.reason = "topic = gone does not exist"
        entry.projections = [orders, build]
        return entry
    }

    @Test func `an entry is read back as it was written, whatever is in its reasons`() throws {
        var entry = Self.entry("a")
        entry.stamp = 5_000
        entry.started = 4_000
        #expect(entry.text.contains("topic=orders state=projecting partitions=0-2,7\n"), "\(entry.text)")
        var read = try #require(WorkerEntry(id: "a", text: entry.text))
        #expect(read.host == "web-1")
        read.host = "web 1"
        entry.projections[0].partitions[5].reason = "bad-event: state=x is not a number"
        #expect(read == entry)
    }

    @Test func `a reader skips what it does not know, and what is no entry is none`() {
        let text = "version=9 stamp=7 colour=blue\nprojection=p fingerprint=f mood=good\nweather=fine\n"
        let entry = WorkerEntry(id: "x", text: text)
        #expect(entry?.stamp == 7 && entry?.projections.map(\.name) == ["p"])
        for other in ["", "hello", "version=1", "stamp=x"] { #expect(WorkerEntry(id: "x", text: other) == nil) }
        let wild = WorkerEntry(
            id: "x", text: "stamp=1\nprojection=p fingerprint=f\ntopic=t state=halted partitions=9-1,x,0-99999999")
        #expect(wild?.projections.first?.partitions.isEmpty == true)
    }

    @Test func `an entry older than ten seconds is gone`() {
        var entry = WorkerEntry(id: "x")
        entry.stamp = 1_000
        #expect(!entry.isGone(at: 11_000))
        #expect(entry.isGone(at: 11_001))
    }

    @Test func `entries have the time by Redis's clock, the oldest are removed, and all of them expire`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(
            RedisOptions(patient: server.url))
        var first = Self.entry("a")
        var second = Self.entry("b")
        let time = try WorkerRegistry.write(&first, &redis)
        try WorkerRegistry.write(&second, &redis)
        #expect(first.stamp == time && first.started == time && time > 1_600_000_000_000)
        #expect(try WorkerRegistry.read(&redis).map(\.id) == ["a", "b"])
        let expiry = try redis.command("PTTL", KeySpace.workers).integer ?? 0
        #expect(expiry > 0 && expiry <= 15_000)
        var old = Self.entry("a")
        old.stamp = time - 60_001
        try redis.command("HSET", KeySpace.workers, "a", old.text)
        try WorkerRegistry.removeOld(at: time, &redis)
        #expect(try WorkerRegistry.read(&redis).map(\.id) == ["b"])
        try WorkerRegistry.remove("b", &redis)
        #expect(try redis.command("EXISTS", KeySpace.workers).integer == 0)
    }

    @Test func `a worker is still there when Redis is full`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(
            RedisOptions(patient: server.url))
        var entry = Self.entry("a")
        try WorkerRegistry.write(&entry, &redis)
        try server.configure("maxmemory", "1")
        #expect(throws: RedisError.self) { () throws(RedisError) in try redis.command("SET", "k", "v") }
        entry.pod = "orders-1"
        let time = try WorkerRegistry.write(&entry, &redis)
        let read = try #require(try WorkerRegistry.read(&redis).first)
        #expect(read.pod == "orders-1" && read.stamp == time && !read.isGone(at: time))
        #expect(try redis.command("PTTL", KeySpace.workers).integer.map { $0 > 0 } == true)
    }

    @Test func `the registry is nobody's projection and no foreign key`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(
            RedisOptions(patient: server.url))
        var entry = Self.entry("a")
        try WorkerRegistry.write(&entry, &redis)
        #expect(KeySpace.owner(of: Array(KeySpace.workers.utf8)) == nil)
        #expect(try StoredProjections.names(&redis).isEmpty)
        let census = try RowCensus(&redis)
        #expect(census.foreign == 0 && census.projections.isEmpty && census.rows.isEmpty)
    }
}
