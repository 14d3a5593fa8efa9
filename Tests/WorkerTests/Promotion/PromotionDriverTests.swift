import Bytes
import PatientRedis
import Projections
import Records
import Redis
import RedisServer
import Testing

@testable import Worker

/// The same promotion on a real Redis: WATCH, SWAPDB and MOVE as the server has them.
@Suite struct `A promotion on Redis` {
    private let server: RedisServer
    private let keys = KeySpace(projection: "p")
    private let live = GenerationRecord(number: 1, identifier: "10000001", fingerprint: "old")
    private let build = GenerationRecord(number: 2, identifier: "20000002", fingerprint: "new")

    init() throws { server = try RedisServer() }

    private func connection(_ database: Int = 0) throws(RedisError) -> RedisConnection {
        try .open(
            try RedisOptions(patient: "\(server.url)/\(database)"))
    }

    private var subject: PromotionSubject { subject(live, build) }

    private func subject(_ old: GenerationRecord, _ new: GenerationRecord) -> PromotionSubject {
        PromotionSubject(
            home: 0, database: 15, projections: [.init(name: "p", live: old, build: new, topics: ["t"])])
    }

    /// Both generations, with these checkpoints, and a row each that names its own.
    private func prepare(live liveNext: Int64 = 3, build buildNext: Int64 = 3) throws {
        for (record, database, next) in [(live, 0, liveNext), (build, 15, buildNext)] {
            var redis = try connection(database)
            try redis.command("FLUSHDB")
            try redis.command("SET", keys.generation, record.text)
            try redis.command("HSET", keys.growth, "t", "2")
            try redis.command("HSET", KeySpace.claims, "p v", "plain|row:{}")
            for partition in 0..<2 { try place(next, Int32(partition), &redis) }
            for row in 0..<4 { try redis.command("HSET", "row:\(row)", "of", record.identifier) }
        }
    }

    private func place(_ next: Int64, _ partition: Int32, _ redis: inout RedisConnection) throws {
        let checkpoint = Checkpoint(next: next, confirmed: next, writer: "w", time: 1_000 * next)
        try redis.command(
            [Array("SET".utf8), Array(keys.checkpoint("t", partition).utf8), checkpoint.text])
    }

    private func driver(_ subject: PromotionSubject? = nil, token: String = "a") throws -> PromotionDriver {
        let history = HistoryEntry(who: "tests@here", command: "lantern promote", result: "promoted by \(token)")
        let machine = Promotion(subject ?? self.subject, .init(token: token, history: history))
        return try PromotionDriver(machine, connect: { () throws(RedisError) in try connection() })
    }

    private func identifier(in database: Int) throws -> String? {
        var redis = try connection(database)
        return try redis.command("GET", keys.generation).text.flatMap { GenerationRecord(text: $0) }?.identifier
    }

    @Test func `databases are exchanged and back, and what belongs to home stays there`() throws {
        try prepare()
        var there = try driver()
        guard case .swapped = there.run() else {
            Issue.record("\(String(describing: there.outcome))")
            return
        }
        var redis = try connection()
        #expect(try redis.command("HGET", "row:1", "of").text == "20000002")
        #expect(try redis.command("GET", keys.generation).text == build.text)
        let about = try redis.command("HMGET", keys.about, About.promotedBy, About.liveUntil).elements
        #expect(about?.map(\.text) == ["tests@here", nil])
        var other = try connection(15)
        #expect(try other.command("GET", keys.generation).text == live.text)
        #expect(try other.command("HGET", keys.about, About.liveUntil).text.flatMap { Int64($0) } ?? 0 > 0)
        #expect(try other.command("EXISTS", KeySpace.history).integer == 0)

        var back = try driver(subject(build, live), token: "b")
        guard case .swapped = back.run() else {
            Issue.record("\(String(describing: back.outcome))")
            return
        }
        #expect(try redis.command("HGET", "row:1", "of").text == "10000001")
        let history = try redis.command("LRANGE", KeySpace.history, "0", "-1").elements ?? []
        let entries = history.compactMap { $0.text.flatMap { HistoryEntry(text: $0) } }
        #expect(entries.map(\.result) == ["promoted by b", "promoted by a"])
        #expect(entries.allSatisfy { $0.time > 1_600_000_000_000 })
    }

    @Test func `a worker's transaction that is open over the exchange is nil, though the record's text is what it was`()
        throws
    {
        // Both sides hold byte for byte the same: only the exchange itself breaks the WATCH.
        try prepare()
        var worker = try connection()
        try worker.command("WATCH", "row:1")
        try worker.command("MULTI")
        try worker.command("HSET", "row:1", "of", "10000001")
        var redis = try connection()
        try redis.command("HSET", "row:2", "of", "same")
        var other = try connection(15)
        try other.command("HSET", "row:2", "of", "same")
        var promotion = try driver()
        guard case .swapped = promotion.run() else {
            Issue.record("\(String(describing: promotion.outcome))")
            return
        }
        #expect(try worker.command("EXEC") == .null)
        #expect(try redis.command("HGET", "row:1", "of").text == "20000002")
    }

    @Test func `killed between any two steps it is all or nothing, and the next one finishes`() throws {
        var steps = 0
        var isDone = false
        while !isDone {
            try prepare()
            var killed = try driver(token: "killed")
            for _ in 0..<steps { killed.advance() }
            isDone = killed.outcome != nil
            let isExchanged = try identifier(in: 0) == "20000002"
            #expect(try identifier(in: 15) == (isExchanged ? "10000001" : "20000002"))
            if !isExchanged {
                var early = try driver(token: "early")
                let outcome = early.run()
                if case .refused(let words) = outcome {
                    // As a live worker does it when the deadline has passed.
                    #expect(words.contains("token killed"), "\(words)")
                    var redis = try connection()
                    try redis.command("SET", keys.generation, live.text)
                    var next = try driver(token: "next")
                    guard case .swapped = next.run() else {
                        Issue.record("\(String(describing: next.outcome))")
                        return
                    }
                }
            }
            #expect(try identifier(in: 0) == "20000002" && identifier(in: 15) == "10000001")
            steps += 1
        }
        #expect(steps > 5)
    }

    @Test func `a worker that sets the record back while the exchange is being prepared wins`() throws {
        try prepare(build: 2)
        var promotion = try driver()
        while !promotion.machine.isDrained, promotion.outcome == nil { promotion.advance() }
        var redis = try connection()
        try redis.command("SET", keys.generation, live.text)
        guard case .undone(let words) = promotion.run() else {
            Issue.record("\(String(describing: promotion.outcome))")
            return
        }
        #expect(words.contains("the drain was taken back"), "\(words)")
        #expect(try identifier(in: 0) == "10000001")
    }

    @Test func `a user who may not exchange databases: live stands for a moment and goes on, and the right is named`()
        throws
    {
        try prepare()
        try server.cli(["ACL", "SETUSER", "default", "-swapdb"])
        var promotion = try driver()
        guard case .undone(let words) = promotion.run() else {
            Issue.record("\(String(describing: promotion.outcome))")
            return
        }
        #expect(words.contains("swapdb"), "\(words)")
        var redis = try connection()
        #expect(try redis.command("GET", keys.generation).text == live.text)
    }

    @Test func `the facts that the guards judge are read from both databases, and nothing is written`() throws {
        try prepare(live: 5, build: 3)
        var redis = try connection()
        var other = try connection(15)
        try redis.command("HSET", "row:9", "of", "x")
        try redis.command("SET", "foreign", "1")
        try redis.command("HSET", KeySpace(projection: "q").growth, "t", "1")
        try redis.command("HSET", keys.ledger, "t:0:1", "record=0123456789abcdef skip")
        try other.command("ZADD", keys.parkedIndex("t", 1), "2", "2:k")
        try other.command("HSET", keys.damage, DamageRecord.field("20000002", "t", 1), "checkpoint=0 it broke")
        try other.command("HSET", keys.damage, DamageRecord.field("10000001", "t", 1), "checkpoint=0 another's")
        let changes = try changes()
        let facts = try PromotionFacts.read(subject, &redis)
        #expect(facts.strangers == ["q"])
        #expect(facts.damage == ["p, t-1: it broke"])
        #expect(facts.parked == [.init(projection: "p", name: "t:1:2")])
        #expect(facts.undecided == [.init(projection: "p", name: "t:0:1")])
        #expect(facts.partitions.map(\.lag) == [2, 2])
        #expect(facts.views == [.init(view: .init("p", "v"), live: 5, build: 4)])
        #expect(facts.foreign == [.init(database: 0, count: 1, sample: ["foreign"])])
        #expect(try redis.command("GET", "foreign").text == "1", "the home database is selected again")
        #expect(try self.changes() == changes)
    }

    /// How many writes the server has carried out.
    private func changes() throws -> Substring? {
        try server.cli(["INFO", "persistence"]).split(separator: "\n").first { $0.hasPrefix("rdb_changes") }
    }

    @Test func `all databases are asked for generations in one pipeline, and those that are not there hold none`()
        throws
    {
        try prepare()
        var redis = try connection(3)
        let places = try GenerationFinder(home: 3, spare: [15]).places(of: ["p", "q"], &redis)
        #expect(places[0].map(\.database) == [15, 0])
        #expect(places[0].map(\.record) == [build, live])
        #expect(places[1].isEmpty)
        #expect(try redis.command("EXISTS", keys.generation).integer == 0, "database 3 is selected again")
    }

    @Test func `decisions that the build lacks become requests to its lanes`() throws {
        try prepare()
        var redis = try connection()
        var other = try connection(15)
        try redis.command("HSET", keys.ledger, "t:0:1", "record=0123456789abcdef skip")
        try redis.command("HSET", keys.ledger, "t:1:2", "record=0123456789abcdef edit:{}")
        try other.command("HSET", keys.ledger, "t:1:2", "record=0123456789abcdef edit:{}")
        var handover = LedgerHandover(subject)
        #expect(try handover.begin(&redis) == 1)
        let requests = try other.command("HGETALL", keys.requests).elements ?? []
        #expect(requests.first?.text == "t:0:1")
        let request = try #require(requests.last?.text.flatMap { RequestText(text: $0) })
        #expect(request.action == .skip)
        #expect(try !handover.isAnswered(&redis))
        try other.command("SET", keys.answer(request.identifier), "done")
        #expect(try handover.isAnswered(&redis))
        #expect(try redis.command("EXISTS", keys.requests).integer == 0)
    }
}
