import PatientRedis
import Projections
import Records
import Redis
import RedisServer
import Testing

@testable import Worker

/// A promotion as a whole, with generations as the keeper makes them.
@Suite struct Promoting {
    private let stage: Stage
    private let keys = KeySpace(projection: "p")

    init() throws { stage = try Stage() }

    /// A live generation with these rows in database 0, and one beside it in database 9.
    private func promoter(live: [String] = ["p:1", "p:2"], build: [String] = ["p:1", "p:2"]) throws -> Promoter {
        var redis = try stage.connection()
        try stage.build(key: "p:{@key}", rows: live, &redis)
        try redis.command("SELECT", "9")
        try stage.build(key: "p:{@key}", rows: build, &redis)
        try redis.command("SELECT", "0")
        let subject = try PromotionSubject.read(["p"], home: 0, database: 9, &redis)
        #expect(subject.projections.map(\.topics) == [["t"]])
        let history = HistoryEntry(who: "a@b", command: "lantern promote", result: "done")
        return Promoter(subject, history: history) { () throws(RedisError) in
            try RedisConnection.open(
                try RedisOptions(patient: stage.server.url))
        }
    }

    @Test func `a trial writes nothing, also under a user who may only read, and the real one does what it said`()
        throws
    {
        let promoter = try promoter()
        var redis = try stage.connection()
        let before = try stage.everything(&redis)
        try stage.server.cli(["ACL", "SETUSER", "default", "-@write"])
        let trial = try promoter.examine()
        #expect(trial.refusals == [] && trial.outcome == nil)
        #expect(throws: WorkerError.self) { try promoter.promote() }
        try stage.server.cli(["ACL", "SETUSER", "default", "+@all"])
        #expect(try stage.everything(&redis) == before)
        let live = try redis.command("GET", keys.generation).text
        guard case .swapped? = try promoter.promote().outcome else {
            Issue.record("not exchanged")
            return
        }
        #expect(try redis.command("GET", keys.generation).text != live)
        #expect(try HistoryEntry.newest(9, &redis).map(\.result) == ["done"])
    }

    @Test func `what a user lacks for it is named before live stands`() throws {
        let promoter = try promoter()
        try stage.server.cli(["ACL", "SETUSER", "default", "-swapdb", "-move"])
        var words = ""
        do { _ = try promoter.promote() } catch { words = "\(error)" }
        #expect(words.contains("commands MOVE, SWAPDB") && words.contains("+move +swapdb"), "\(words)")
    }

    @Test func `a view that shrinks is refused by name, and done when that is accepted`() throws {
        var promoter = try promoter(live: (0..<10).map { "p:\($0)" }, build: ["p:1"])
        let result = try promoter.promote()
        #expect(result.refusals.map(\.code) == ["rows"] && result.outcome == nil)
        #expect(result.facts.views == [.init(view: .init("p", "v"), live: 10, build: 1)])
        promoter.guards.acceptedShrinks = ["p.v"]
        guard case .swapped? = try promoter.promote().outcome else {
            Issue.record("not exchanged")
            return
        }
    }

    @Test func `a generation that is no longer where it was is not dropped in another one's stead`() throws {
        let promoter = try promoter()
        var redis = try stage.connection()
        let former = promoter.subject.projections[0].build
        guard case .swapped? = try promoter.promote().outcome else {
            Issue.record("not exchanged")
            return
        }
        try redis.command("SELECT", "9")
        #expect(throws: WorkerError.self) {
            try GenerationDriver("p", goal: .nothing, only: former.identifier, &redis)
        }
        #expect(try redis.command("EXISTS", "p:1").integer == 1)
        var driver = try GenerationDriver(
            "p", goal: .nothing, only: promoter.subject.projections[0].live?.identifier, &redis)
        try driver.run(&redis)
        #expect(try redis.command("DBSIZE").integer == 0)
        try redis.command("SELECT", "0")
        #expect(try redis.command("EXISTS", "p:1").integer == 1)
    }
}
