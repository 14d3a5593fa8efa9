import Bytes
import Projections
import Records
import Redis
import Testing

@testable import Worker

/// `lantern diff`: rows of two databases under the same names.
@Suite struct `Databases compared` {
    @Test func `what is alike has no difference, and every row is counted`() throws {
        let stage = try ComparisonStage()
        let (found, _, tally) = try stage.compare()
        #expect(found == [:] && tally.unsettled == 0)
        #expect(tally.counts.map(\.same) == [300, 300, 300, 300, 1, 300, 300, 300, 300])
        #expect(tally.vector.map(\.partition) == ["t:0", "t:1"])
    }

    @Test func `planted differences of every kind of view are found exactly`() throws {
        let stage = try ComparisonStage()
        let planted = try stage.plant()
        let (found, rows, tally) = try stage.compare()
        #expect(found == planted)
        #expect(rows.count == planted.count && tally.unsettled == 0)
        #expect(tally.counts[0] == .init(same: 279, changed: 20, missing: 1, extra: 10))
        func fields(_ key: String) -> [FieldDifference]? { rows.first { $0.key == Array(key.utf8) }?.fields }
        func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
        #expect(fields("h:5") == [FieldDifference(bytes("a"), live: bytes("5"), build: bytes("1005"))])
        #expect(fields("c:5") == [FieldDifference(live: bytes("5"), build: bytes("12"))])
        #expect(fields("s:5") == [FieldDifference(bytes("m3"), live: nil, build: bytes("m3"))])
        #expect(fields("board") == [FieldDifference(bytes("m17"), live: bytes("17"), build: bytes("17.5"))])
        #expect(fields("d:1") == [FieldDifference(live: bytes("{\"n\":1}"), build: nil)])
        #expect(fields("h:900")?.count == 2)
    }

    @Test func `while events change both sides exactly the planted differences are found`() throws {
        let stage = try ComparisonStage()
        let planted = try stage.plant()
        try stage.startMoving()
        defer { stage.stopMoving() }
        for _ in 0..<2 {
            let (found, rows, tally) = try stage.compare()
            let wrong = found.filter { planted[$0.key] != $0.value }.keys.sorted()
            let lost = planted.filter { found[$0.key] == nil }.keys.sorted()
            #expect(wrong == [] && lost == [] && tally.unsettled == 0)
            #expect(rows.count == planted.count)
        }
        // Live goes on afterwards.
        var redis = try stage.connection()
        let text = try redis.command("GET", KeySpace(projection: "p").generation).text
        #expect(text.flatMap { GenerationRecord(text: $0) }?.state == .open)
    }

    @Test func `healing makes live what the build has, while events flow`() throws {
        let stage = try ComparisonStage()
        let planted = try stage.plant()
        try stage.startMoving()
        defer { stage.stopMoving() }
        var options = Comparison.Options()
        options.heals = true
        let (found, _, tally) = try stage.compare(options)
        #expect(found == planted && tally.healed == planted.count)
        #expect(try stage.compare().found == [:])
    }

    @Test func `a build that nobody folds leaves what moves unsettled, and live is not drained`() throws {
        let stage = try ComparisonStage()
        var live = try stage.connection()
        let keys = KeySpace(projection: "p")
        try live.command("HINCRBY", "h:7", "a", "1")
        let checkpoint = Checkpoint(next: 1, confirmed: 0, writer: "0000000000000000")
        try live.command("SET", keys.checkpoint("t", 0), String(decoding: checkpoint.text, as: UTF8.self))
        var options = Comparison.Options()
        options.drains = false
        options.patienceMilliseconds = 100
        let (found, _, tally) = try stage.compare(options)
        #expect(found == [:] && tally.unsettled > 0)
        #expect(try live.command("GET", keys.generation).text?.contains("state=open") == true)
    }

    @Test func `databases that are exchanged meanwhile end it`() throws {
        let stage = try ComparisonStage()
        var redis = try stage.connection()
        var comparison = try Comparison(
            ["p"], ComparedView.all([stage.plan], former: []), home: 0, database: 1, stage.connection()
        ) { _ in }
        try redis.command("SWAPDB", "0", "1")
        #expect(throws: WorkerError.self) { try comparison.run() }
    }

    @Test func `one row in so many is compared, always the same ones`() throws {
        let stage = try ComparisonStage()
        let planted = try stage.plant()
        var options = Comparison.Options()
        options.sample = RowSample(share: 4)
        let first = try stage.compare(options).found
        #expect(first == (try stage.compare(options).found))
        #expect(first.count > planted.count / 10 && first.count < planted.count / 2)
        #expect(first.allSatisfy { planted[$0.key] == $0.value })
    }

    @Test func `a view that the new definition lacks is listed, and a renamed one is compared`() throws {
        let stage = try ComparisonStage()
        var plan = stage.plan
        plan.views.removeAll { $0.name == "c" }
        let index = try #require(plan.views.firstIndex { $0.name == "h" })
        plan.views[index].name = "renamed"
        let views = ComparedView.all([plan], former: [stage.plan])
        #expect(views.filter(\.isRemoved).map(\.name) == ["p.c"])
        #expect(views.contains { $0.name == "p.renamed" } && !views.contains { $0.name == "p.h" })
        let (found, _, tally) = try stage.compare(plans: [plan])
        #expect(found == [:] && tally.counts.count == views.count)
    }

    @Test func `HyperLogLogs are compared by their registers, whatever their encoding`() throws {
        let stage = try ComparisonStage()
        var redis = try stage.connection()
        for number in 0..<300 { try redis.command("PFADD", "sparse", "\(number)") }
        for number in (0..<300).reversed() { try redis.command("PFADD", "other", "\(number)") }
        try redis.command("CONFIG", "SET", "hll-sparse-max-bytes", "0")
        for number in 0..<300 { try redis.command("PFADD", "dense", "\(number)") }
        // Its header now has a count.
        try redis.command("PFCOUNT", "other")
        let texts = try ["sparse", "other", "dense"].map { try redis.command("GET", $0).bytes ?? [] }
        #expect(texts[0] != texts[2])
        let read = try texts.map { try #require(HyperLogLog($0)) }
        #expect(read[0] == read[1] && read[1] == read[2])
        #expect(read[0].registers.count { $0 > 0 } > 200)
        try redis.command("PFADD", "other", "one", "more", "and", "others")
        #expect(HyperLogLog(try redis.command("GET", "other").bytes ?? []) != read[0])
        #expect(HyperLogLog(Array("HYLL".utf8)) == nil)
    }
}
