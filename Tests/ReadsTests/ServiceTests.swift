import Bytes
import Projections
import Records
import Redis
import RedisServer
import Testing

@testable import Reads

@Suite(.serialized) struct `Rows with their vector` {
    private func pairs(_ list: (String, String)...) -> [StoredRow.Pair] { list.map { .init(text($0.0), text($0.1)) } }

    @Test func `what a request that failed saw of the partitions is not kept`() throws {
        let stage = try ReadStage()
        let subjects = stage.subjects
        try stage.redis.command("SELECT", "1")
        try stage.redis.command("DEL", KeySpace(projection: "clients").generation)
        var link = ReadLink(ReadServers(master: subjects.first?.redis, replicas: nil))
        let part = try stage.part("order", .row(text("order:o-1"), limit: 10))
        let other = try stage.part("client", .row(text("client:c"), limit: 10), subject: 1)
        let rounds = [[part], [part, other]].map {
            ReadRound(ReadRequest($0, FreshnessCondition()), of: subjects, layouts: [:])
        }
        let (results, failed) = link.run([rounds[1]])
        guard case .failure(.notServed) = results[0] else {
            Issue.record("\(results)")
            return
        }
        #expect(failed.isEmpty)
        let (_, read) = link.run([rounds[0]])
        #expect(read.keys.sorted() == [0])
    }

    @Test func `a row that cannot be read fails the one who asked for it, not those who were read together`() throws {
        let stage = try ReadStage()
        try stage.redis.command("HSET", "order:o-1", "status", "placed")
        try stage.redis.command("SET", "order:o-2", "no hash")
        // What comes while Redis is held up is read together.
        try stage.redis.command("CLIENT", "PAUSE", "300", "ALL")
        let waiting = try ["o-0", "o-2", "o-1", "o-2", "o-3"].map { order in
            stage.begin(ReadRequest([try stage.part("order", .row(text("order:\(order)"), limit: 10))]))
        }
        let outcomes = try waiting.map { try $0.value() }
        let found = outcomes.map { outcome in
            switch outcome {
            case .answer(let answer, nil): answer.parts == [.row(nil)] ? "none" : "row"
            case .failed(.refused): "refused"
            default: "\(outcome)"
            }
        }
        #expect(found == ["none", "refused", "row", "refused", "none"])
    }

    @Test func `every kind of view is read as it is`() throws {
        let stage = try ReadStage()
        try stage.redis.command("HSET", "order:o-1", "status", "placed", "version", "7")
        try stage.redis.command("SET", "profile:o-1", "{\"a\":1}")
        try stage.redis.command("SET", "hits:c", "5")
        try stage.redis.command("SADD", "tags:c", "y", "x")
        try stage.redis.command("PFADD", "visitors", "a", "b")
        let answer = try stage.answer([stage.part("order", .row(text("order:o-1"), limit: 10))])
        #expect(
            answer.parts == [
                .row(
                    StoredRow(
                        key: text("order:o-1"), content: .fields(pairs(("status", "placed"), ("version", "7")))))
            ])
        #expect(answer.vectors.map(\.text) == ["orders/0@42,1@7,payments/0@5"])
        #expect(answer.vectors[0].generation == 3 && answer.vectors[0].eventTime == 1_767_225_600_000)
        #expect(answer.degraded == [false])
        #expect(try stage.answer("order", .row(text("order:none"), limit: 10)) == .row(nil))
        #expect(
            try stage.answer("profile", .row(text("profile:o-1"), limit: 10))
                == .row(StoredRow(key: text("profile:o-1"), content: .text(text("{\"a\":1}")))))
        #expect(
            try stage.answer("tags", .row(text("tags:c"), limit: 10))
                == .row(StoredRow(key: text("tags:c"), content: .members([text("x"), text("y")], count: 2))))
        #expect(
            try stage.answer("visitors", .row(text("visitors"), limit: 10))
                == .row(StoredRow(key: text("visitors"), content: .estimate(2))))
        #expect(
            try stage.answer("hits", .rows([text("hits:c"), text("hits:d")]))
                == .rows([StoredRow(key: text("hits:c"), content: .text(text("5"))), nil]))
    }

    @Test func `rankings are read from both ends and around a member`() throws {
        let stage = try ReadStage()
        for number in 0..<200 { try stage.redis.command("ZADD", "top", "\(number)", "m\(number)") }
        #expect(
            try stage.answer("top", .ranking(text("top"), fromTop: true, count: 2))
                == .ranking(pairs(("m199", "199"), ("m198", "198")), firstRank: 0, step: 1, count: 200))
        #expect(
            try stage.answer("top", .ranking(text("top"), fromTop: false, count: 2))
                == .ranking(pairs(("m0", "0"), ("m1", "1")), firstRank: 199, step: -1, count: 200))
        #expect(
            try stage.answer("top", .around(text("top"), member: text("m100"), count: 1))
                == .ranking(
                    pairs(("m101", "101"), ("m100", "100"), ("m99", "99")), firstRank: 98, step: 1, count: 200))
        #expect(
            try stage.answer("top", .around(text("top"), member: text("m199"), count: 1))
                == .ranking(pairs(("m199", "199"), ("m198", "198")), firstRank: 0, step: 1, count: 200))
        #expect(try stage.answer("top", .around(text("top"), member: text("x"), count: 1)) == .noMember)
    }

    /// The one who looks a member up must not decide by what was there before the transaction.
    @Test func `a member that comes or goes after it was looked up is read as the transaction has it`() throws {
        let stage = try ReadStage()
        for number in 0..<9 { try stage.redis.command("ZADD", "top", "\(number)", "m\(number)") }
        func read(
            _ member: String, meanwhile change: (inout RedisConnection) throws -> Void
        ) throws -> ReadAnswer.Part? {
            let part = try stage.part("top", .around(text("top"), member: text(member), count: 1))
            let layouts = [
                0: TopicLayout(
                    KeySpace(projection: "shop"),
                    topics: [.init(name: "orders", count: 2), .init(name: "payments", count: 1)])
            ]
            var round = ReadRound(
                ReadRequest([part]), of: stage.service.subjects, layouts: layouts)
            for turn in 0..<8 {
                var commands = CommandBuffer()
                round.append(to: &commands)
                let replies = try stage.redis.roundTrip(commands)
                if case .done(let result) = round.take(replies[...]) { return try result.get().parts[0] }
                if turn == 0 { try change(&stage.redis) }
            }
            return nil
        }
        #expect(
            try read("late", meanwhile: { try $0.command("ZADD", "top", "4.5", "late") })
                == .ranking(pairs(("m5", "5"), ("late", "4.5"), ("m4", "4")), firstRank: 3, step: 1, count: 10))
        #expect(try read("late", meanwhile: { try $0.command("ZREM", "top", "late") }) == .noMember)
    }

    @Test func `buckets are summed, and pages go through all rows of a view and no others`() throws {
        let stage = try ReadStage()
        try stage.redis.command("HSET", "minutes:60", "paid", "2")
        try stage.redis.command("HSET", "minutes:180", "paid", "3")
        let buckets = [60, 120, 180].map { RowQuestion.Bucket(start: $0, key: text("minutes:\($0)")) }
        #expect(
            try stage.answer("minutes", .buckets(buckets))
                == .buckets([
                    .init(start: 60, fields: pairs(("paid", "2"))), .init(start: 180, fields: pairs(("paid", "3"))),
                ]))
        for number in 0..<1_500 { try stage.redis.command("HSET", "revenue:c\(number)", "cents", "\(number)") }
        try stage.redis.command("SET", "revenue:x:y", "not a row")
        var found: Set<[UInt8]> = []
        var cursor = text("0")
        repeat {
            guard case .page(let rows, let next) = try stage.answer("revenue", .page(cursor: cursor)) else { break }
            found.formUnion(rows.map(\.key))
            cursor = next
        } while cursor != text("0")
        #expect(found.count == 1_500)
    }

    @Test func `two projections in two databases are read in one transaction`() throws {
        let stage = try ReadStage()
        try stage.redis.command("HSET", "revenue:c-1", "cents", "7")
        try stage.redis.command("SELECT", "1")
        try stage.redis.command("HSET", "client:c-1", "name", "Ada")
        try stage.redis.command("SELECT", "0")
        let answer = try stage.answer([
            stage.part("revenue", .row(text("revenue:c-1"), limit: 1)),
            stage.part("client", .row(text("client:c-1"), limit: 1), subject: 1),
        ])
        #expect(
            answer.parts == [
                .row(StoredRow(key: text("revenue:c-1"), content: .fields(pairs(("cents", "7"))))),
                .row(StoredRow(key: text("client:c-1"), content: .fields(pairs(("name", "Ada"))))),
            ])
        #expect(answer.vectors.map(\.text) == ["orders/0@42,1@7,payments/0@5", "clients/0@9"])
    }

    @Test func `a row that waits behind a parked event says so, and that event is not said to be in it`() throws {
        let stage = try ReadStage()
        let keys = KeySpace(projection: "shop")
        try stage.redis.command("ZADD", keys.parkedIndex("orders", 1), "6", "6:o-1")
        for order in ["o-1", "o-2"] { try stage.redis.command("HSET", "order:\(order)", "status", "placed") }
        var condition = FreshnessCondition()
        #expect(try stage.answer([stage.part("order", .row(text("order:o-1"), limit: 1))]).degraded == [true])
        #expect(try stage.answer([stage.part("order", .row(text("order:o-2"), limit: 1))]).degraded == [false])
        condition.after = OffsetList([.init(topic: "orders", partition: 1, offset: 6)])
        condition.waitNanoseconds = 1_000_000_000
        let outcome = try stage.begin(
            ReadRequest([stage.part("order", .row(text("order:o-1"), limit: 1))], condition)
        ).value()
        guard case .parked(let place, let vectors) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(place.offset == 6 && vectors.first?.next("orders", 1) == 7)
    }

    @Test func `a reader waits for the checkpoint, and gives up in time`() throws {
        let stage = try ReadStage()
        try stage.redis.command("HSET", "order:o-1", "status", "placed")
        let part = try stage.part("order", .row(text("order:o-1"), limit: 1))
        var condition = FreshnessCondition()
        condition.after = OffsetList([.init(topic: "orders", partition: 0, offset: 50)])
        condition.waitNanoseconds = 100_000_000
        guard case .stale(let shortfall, _) = try stage.begin(ReadRequest([part], condition)).value() else {
            Issue.record("not stale")
            return
        }
        #expect(shortfall.have == "orders/0@42" && shortfall.want == "orders/0@51" && shortfall.events == 9)
        condition.allowsStale = true
        // On a busy machine the first look alone takes a while.
        condition.waitNanoseconds = 1_000_000_000
        guard case .answer(_, .some) = try stage.begin(ReadRequest([part], condition)).value() else {
            Issue.record("not answered")
            return
        }
        condition.waitNanoseconds = 60_000_000_000
        let awaited = stage.begin(ReadRequest([part], condition))
        try stage.checkpoint("orders", 0, 50)
        #expect(!awaited.isThere)
        try stage.checkpoint("orders", 0, 51)
        guard case .answer(let answer, nil) = try awaited.value() else {
            Issue.record("not answered")
            return
        }
        #expect(answer.vectors[0].next("orders", 0) == 51)
    }

    @Test func `a reader waits for the row itself, and for a generation`() throws {
        let stage = try ReadStage()
        let part = try stage.part("order", .row(text("order:o-1"), limit: 1))
        var condition = FreshnessCondition()
        condition.field = FieldCondition("version>=7")
        condition.waitNanoseconds = 60_000_000_000
        let awaited = stage.begin(ReadRequest([part], condition))
        try stage.redis.command("HSET", "order:o-1", "version", "8")
        try stage.checkpoint("orders", 0, 43)
        guard case .answer(let answer, nil) = try awaited.value(), case .row(.some) = answer.parts[0] else {
            Issue.record("not answered")
            return
        }
        condition.field = nil
        condition.generations = [.init(projection: "shop", number: 4)]
        let promoted = stage.begin(ReadRequest([part], condition))
        try stage.generation(of: 0, number: 4)
        guard case .answer(let live, nil) = try promoted.value() else {
            Issue.record("not answered")
            return
        }
        #expect(live.vectors[0].generation == 4)
    }

    @Test func `new partitions are read, and what is not served is said`() throws {
        let stage = try ReadStage()
        let part = try stage.part("order", .row(text("order:o-1"), limit: 1))
        _ = try stage.answer([part])
        let keys = KeySpace(projection: "shop")
        try stage.redis.command("HSET", keys.growth, "orders", "3")
        try stage.checkpoint("orders", 2, 1)
        #expect(try stage.answer([part]).vectors[0].text == "orders/0@42,1@7,2@1,payments/0@5")
        try stage.redis.command("LPUSH", "order:o-1", "not a hash")
        guard case .failed(.refused(let words)) = try stage.begin(ReadRequest([part])).value() else {
            Issue.record("read what is no hash")
            return
        }
        #expect(words.contains("order:o-1") && words.contains("hash"), "\(words)")
        try stage.redis.command("HDEL", keys.growth, "payments")
        guard case .failed(.notServed(let other)) = try stage.begin(ReadRequest([part])).value() else {
            Issue.record("read another definition's rows")
            return
        }
        #expect(other.contains("payments"))
        try stage.redis.command("DEL", keys.generation)
        guard case .failed(.notServed) = try stage.begin(ReadRequest([part])).value() else {
            Issue.record("read without a generation")
            return
        }
    }

    @Test func `a Redis that comes back serves those who wait, and one that is away is said to be`() throws {
        let stage = try ReadStage(options: ["--appendonly", "yes", "--appendfsync", "always"])
        let part = try stage.part("order", .row(text("order:o-1"), limit: 1))
        _ = try stage.answer([part])
        try stage.server.kill()
        guard case .failed(.unavailable) = try stage.begin(ReadRequest([part])).value() else {
            Issue.record("answered without Redis")
            return
        }
        var condition = FreshnessCondition()
        condition.after = OffsetList([.init(topic: "orders", partition: 0, offset: 1)])
        condition.waitNanoseconds = 60_000_000_000
        let awaited = stage.begin(ReadRequest([part], condition))
        try stage.server.start()
        guard case .answer(let answer, nil) = try awaited.value() else {
            Issue.record("not answered")
            return
        }
        #expect(answer.vectors[0].next("orders", 0) == 42)
    }
}
