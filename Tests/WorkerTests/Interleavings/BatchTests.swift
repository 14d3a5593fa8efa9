import Configuration
import Projections
import Testing

@testable import Worker

/// What would depend on where batches are cut is refused when a file is read, or written so that it does not.
@Suite struct `Interleavings: batches` {
    private func refusal(_ view: String) -> String? {
        let text = """
            kafka: { bootstrap.servers: b }
            redis: redis://r
            projections:
              p:
                version: 1
                topics: { t: { key: $.id } }
                views:
                  v:
            \(view.split(separator: "\n").map { "        " + $0 }.joined(separator: "\n"))
            """
        do {
            _ = try Configuration.parse(text: text, file: "f", environment: [:])
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func `keep 3, add four, remove one leaves two entries or three, by batch: what is trimmed takes add only`() {
        let view = """
            latest: "l"
            keep: 3
            member: $.id
            events: { "*": %, tombstone: ignored }
            """.replacing(", tombstone: ignored", with: "")
        #expect(refusal(view.replacing("%", with: "add")) == nil)
        for word in ["remove", "delete"] {
            #expect(refusal(view.replacing("%", with: word))?.contains(word) == true)
        }
    }

    @Test func `{c} or {a,b,c}, by batch: a set's exact time to live is refused, an approximate one says so`() {
        let view = """
            set: "s:{id}"
            member: $.m
            events: { "*": add }
            ttl: %
            """
        #expect(refusal(view.replacing("%", with: "30d"))?.contains("approximate") == true)
        #expect(refusal(view.replacing("%", with: "{ after: 30d, approximate: true }")) == nil)
    }

    @Test func `HSET 12.5, then HINCRBY: a field has one class`() {
        let view = """
            hash: "h:{id}"
            events:
              A: { set: { f: $.f } }
              B: { % }
            """
        let typed = { (rule: String) in
            "hash: \"h:{id}\"\nevents:\n  \"*\": [{ when: { $.a: 1 }, set: { f: $.f } }, { \(rule) }]"
        }
        #expect(refusal(typed("set: { f: $.g }")) == nil)
        #expect(refusal(typed("increment: { f: $.f }"))?.contains("f") == true)
        #expect(refusal(view.replacing("%", with: "increment: { f: 1 }")) != nil)
    }

    @Test(arguments: [1, 2])
    func `HSET of a new state keeps dropped fields: a whole new state replaces the row, in whatever batches`(
        batches: Int
    ) {
        let world = World(seed: 1, partitions: 1, plan: World.compacted)
        world.isSpoilt = true
        let play = Play(world: world)
        let lane = play.lane([0])
        play.settle(lane)
        world.log.append(0, row: 1, number: 1, value: "{\"old\":1,\"both\":1}")
        if batches == 2 { play.settle(lane) }
        world.log.append(0, row: 1, number: 2, value: "{\"new\":2,\"both\":2}")
        play.settle(lane)
        #expect(world.redis.data["row:0:k1"] == .hash(["new": Array("2".utf8), "both": Array("2".utf8)]))
        #expect(play.next() == 2)
    }

    @Test(arguments: [true, false])
    func `events before an error of the partition are applied, and it halts behind them`(isWatched: Bool) {
        let play = Play()
        let lane = play.lane([0])
        // Whether the fence is held when the events come.
        if isWatched { play.settle(lane) }
        play.append(5)
        lane.takeEvents(5)
        if !isWatched { play.settle(lane, rounds: 1) }
        lane.fail(0, "a batch is damaged")
        play.pass(milliseconds: 3_000)
        #expect(play.next() == 5)
        #expect(play.isHalted(lane)?.code == .partitionError)
        let halts = lane.reports.filter { if case .halted = $0 { true } else { false } }
        #expect(halts.count == 1, "\(halts)")
    }
}
