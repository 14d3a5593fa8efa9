import Bytes
import Records
import Redis
import RedisServer
import Testing

@testable import Reads

/// Streams of changes as a real Redis has them.
@Suite(.serialized) struct `A look at a stream of changes` {
    private let stream = KeySpace(projection: "shop").changes

    private func place(_ text: String) throws -> StreamPosition { try #require(StreamPosition(text)) }

    private func look(_ stage: ReadStage, since: String) throws -> ChangePoll.Finding {
        var link = ChangeLink(stage.service.subjects, stage.service.servers)
        let outcome = link.look([.init(subject: 0, since: try place(since))])[0]
        guard case .found(let finding) = outcome else { throw RedisError(.closed, "\(outcome)") }
        return finding
    }

    private func add(_ stage: ReadStage, _ id: String, _ key: String, _ options: [String] = []) throws {
        let words = ["XADD", stream] + options + [id, "rows", "\(key.utf8.count):\(key)"]
        var commands = CommandBuffer()
        commands.begin(words.count)
        for word in words { commands.argument(text: word) }
        _ = try stage.redis.roundTrip(commands)
    }

    @Test func `finds what was added, and that something was cut or is not there yet`() throws {
        let stage = try ReadStage()
        let generation = "1a2b3c43"
        #expect(try look(stage, since: "\(generation).0-0") == .init(generation: generation, entry: "0-0"))
        #expect(try look(stage, since: "\(generation).5-0").isGap)
        for number in 1...4 { try add(stage, "\(number)-0", "k\(number)") }
        let found = try look(stage, since: "\(generation).02-0")
        #expect(found == .init(generation: generation, entry: "4-0", keys: [text("k3"), text("k4")]))
        #expect(try look(stage, since: "\(generation).9-0").isGap && look(stage, since: "other.2-0").isGap)
        try add(stage, "5-0", "k5", ["MAXLEN", "=", "2"])
        #expect(try look(stage, since: "\(generation).2-0").isGap)
        #expect(try look(stage, since: "\(generation).4-0").keys == [text("k5")])
    }

    @Test func `of a stream that was empty says that more may have changed than is named`() throws {
        let stage = try ReadStage()
        for number in 1...4 { try add(stage, "\(number)-0", "k\(number)", ["MAXLEN", "=", "1"]) }
        let found = try look(stage, since: "1a2b3c43.0-0")
        #expect(found.mayLackRows && found.keys == [text("k4")] && found.entry == "4-0", "\(found)")
        try add(stage, "5-0", "x")
        #expect(try look(stage, since: "1a2b3c43.4-0").mayLackRows == false)
        _ = try stage.redis.command("XADD", stream, "6-0", "rows", "not names")
        #expect(try look(stage, since: "1a2b3c43.5-0").mayLackRows)
    }

    @Test func `fails alone where Redis refuses one stream`() throws {
        let stage = try ReadStage()
        try add(stage, "1-0", "k1")
        try stage.redis.command("SELECT", "1")
        try stage.redis.command("SET", KeySpace(projection: "clients").changes, "not a stream")
        var link = ChangeLink(stage.service.subjects, stage.service.servers)
        let looks: [ChangeFeed.Look] = [.init(subject: 1), .init(subject: 0), .init(subject: 1)]
        let outcomes = link.look(looks)
        #expect(outcomes[0] == .failed && outcomes[2] == .failed)
        #expect(outcomes[1] == .found(.init(generation: "1a2b3c43", entry: "1-0")))
        try stage.redis.command("DEL", KeySpace(projection: "clients").changes)
        try stage.redis.command("DEL", KeySpace(projection: "clients").generation)
        #expect(link.look(looks)[0] == .noGeneration)
        try stage.server.kill()
        #expect(link.look(looks) == [.failed, .failed, .failed])
    }
}
