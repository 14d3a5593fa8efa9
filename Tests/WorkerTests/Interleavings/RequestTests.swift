import Projections
import Records
import Testing

@testable import Worker

/// What the operator asks, and what comes between the asking and the doing.
@Suite struct `Interleavings: requests` {
    /// One bad event and one that waits behind it, parked.
    private func parked() -> (play: Play, lane: SimulatedLane) {
        let play = Play()
        play.world.isSpoilt = true
        let lane = play.lane([0])
        play.world.log.append(0, row: 1, number: 5, isBad: true)
        play.world.log.append(0, row: 1, number: 6)
        // Long enough for all to be confirmed: nothing but a request writes from here on.
        play.pass(milliseconds: 3_000)
        return (play, lane)
    }

    /// A bad event behind a transaction marker, at which the partition halts.
    private func halted() -> (play: Play, lane: SimulatedLane) {
        let play = Play(world: World(seed: 1, partitions: 1, plan: World.plan(onError: "halt")))
        play.world.isSpoilt = true
        let lane = play.lane([0])
        play.append(1)
        play.world.log.appendMarker(0)
        play.world.log.append(0, row: 1, number: 5, isBad: true)
        play.append(1)
        play.settle(lane)
        return (play, lane)
    }

    private let good = Array("{\"n\":7}".utf8)
    private let bad = Array("{\"n\":\"still\"}".utf8)

    @Test func `an edit whose value is still bad leaves nothing: a later rebuild has no decision to follow`() {
        let (play, _) = parked()
        play.ask(.edit(bad), 0)
        play.pass(milliseconds: 3_000)
        #expect(play.answer()?.hasPrefix("failed: offset 0 would still be bad: ") == true, "\(play.answer() ?? "none")")
        #expect(play.decision(0) == nil)
        #expect(play.world.parked(0).map(\.offset) == [0, 1])
        #expect(play.waiting(0) == nil)
        play.ask(.edit(good), 0)
        play.pass(milliseconds: 3_000)
        #expect(play.answer() == "done: 2 released")
        #expect(play.decision(0) == LedgerEntry(.edit(good), of: play.hash(0)))
        #expect(play.sum(1) == 13)
    }

    @Test func `a bad edit of the event at which it halted leaves nothing either`() {
        let (play, lane) = halted()
        play.ask(.edit(bad), 2)
        play.pass(milliseconds: 3_000)
        #expect(play.answer()?.hasPrefix("failed: offset 2 would still be bad: ") == true, "\(play.answer() ?? "none")")
        #expect(play.decision(2) == nil)
        #expect(play.isHalted(lane)?.code == .badEvent)
    }

    @Test(arguments: [true, false])
    func `an event that halted behind a marker is skipped and edited by its own offset`(isSkip: Bool) {
        let (play, lane) = halted()
        #expect(play.isHalted(lane)?.code == .badEvent)
        play.ask(isSkip ? .skip : .edit(good), 2)
        play.pass(milliseconds: 3_000)
        #expect(play.answer() == "done: the partition continues")
        #expect(play.isHalted(lane) == nil)
        #expect(play.next() == 4)
        #expect(play.sum(1) == (isSkip ? 2 : 9))
    }

    @Test func `the offset of the marker in front of it is refused, and remembered nowhere`() {
        let (play, lane) = halted()
        play.ask(.skip, 1)
        play.pass(milliseconds: 3_000)
        #expect(play.answer() == "failed: no such event is parked, and t-0 did not halt at it")
        #expect(play.decision(1) == nil)
        #expect(play.isHalted(lane)?.code == .badEvent)
    }

    @Test func `MULTI refused on a live connection: nothing of the request is carried out bare`() {
        let (play, _) = parked()
        play.world.redis.refusesMulti = true
        play.ask(.skip, 0)
        play.pass(milliseconds: 3_000)
        #expect(play.world.bared.isEmpty)
        #expect(play.world.parked(0).map(\.offset) == [0, 1])
        #expect(play.decision(0) == nil)
        #expect(play.waiting(0) == "i")
        play.world.redis.refusesMulti = false
        play.pass(milliseconds: 20_000)
        #expect(play.answer()?.hasPrefix("done: 2 released") == true, "\(play.answer() ?? "none")")
        #expect(play.world.violations == [])
    }

    @Test(arguments: ["WATCH", "EXEC"])
    func `a request that another one replaces meanwhile is not carried out, and the new one is not lost`(moment: String)
    {
        let (play, _) = parked()
        play.ask(.skip, 0)
        play.world.redis.beforeCommand = { name, _ in
            guard name == moment, play.waiting(0) == "i" else { return }
            play.ask(.edit(self.good), 0, as: "j")
        }
        play.pass(milliseconds: 5_000)
        #expect(play.answer("i") == nil)
        #expect(play.answer("j") == "done: 2 released")
        #expect(play.decision(0) == LedgerEntry(.edit(good), of: play.hash(0)))
    }

    @Test(arguments: ["ZRANGE", "EXEC"])
    func `whose checkpoint has moved answers nothing, not even a refusal`(moment: String) {
        let (play, lane) = parked()
        play.ask(.retry, 1)
        var answered: String?
        play.world.redis.beforeCommand = { name, _ in
            guard name == moment, play.waiting(1) == "i", play.world.checkpoint(0)?.writer != "theirs" else { return }
            let theirs = Checkpoint(next: 2, confirmed: 2, writer: "theirs", turn: 9)
            play.world.redis.write(play.world.keys.checkpoint("t", 0), .string(theirs.text))
        }
        play.settle(lane)
        play.world.now += 1_100
        play.settle(lane, rounds: 3)
        answered = play.answer()
        #expect(play.world.checkpoint(0)?.writer == "theirs")
        #expect(answered == nil)
        #expect(play.waiting(1) == "i")
    }

    @Test func `requests that are together more than one reply holds are carried out all the same`() {
        let (play, _) = parked()
        play.world.replyBytes = 1 << 20
        // Another lane's, that wait.
        for number in 0..<4 {
            play.world.redis.setField(
                play.world.keys.requests, "other:\(number):1", String(repeating: "x", count: 400_000))
        }
        play.ask(.edit(good), 0)
        play.pass(milliseconds: 5_000)
        #expect(play.answer() == "done: 2 released")
    }

    @Test func `a request longer than any can be is removed, and said`() {
        let (play, lane) = parked()
        play.world.redis.setField(
            play.world.keys.requests, "t:0:0", String(repeating: "x", count: (40 << 20) + 1))
        play.pass(milliseconds: 5_000)
        #expect(play.waiting(0) == nil)
        #expect(play.world.redis.data[play.world.keys.requests] == nil)
        #expect(play.isHalted(lane) == nil)
    }

    @Test func `more requests than are read are counted, and said`() {
        let (play, lane) = parked()
        let fields = (0...LaneMachine.mostRequests).map { ("other:0:\($0)", Array("x".utf8)) }
        play.world.redis.write(
            play.world.keys.requests, .hash(Dictionary(fields, uniquingKeysWith: { $1 })))
        play.pass(milliseconds: 5_000)
        let said = lane.reports.compactMap { if case .requestsUnread(let words) = $0 { words } else { nil } }
        #expect(said.count <= 3, "\(said.count) times in 5 s, not with growing pauses")
        #expect(said.first?.contains("lantern:p:requests holds 100001 requests") == true, "\(said)")
    }

    @Test func `a key of Lantern's that another program wrote is named where it is read`() {
        let play = Play()
        play.world.isSpoilt = true
        let index = play.world.keys.parkedIndex("t", 0)
        play.world.redis.write(index, .string(Array("mine".utf8)))
        play.world.redis.write(play.world.keys.requests, .string(Array("mine".utf8)))
        let lane = play.lane([0])
        play.pass(milliseconds: 3_000)
        let reason = play.isHalted(lane)
        #expect(reason?.code == .serverRefuses)
        #expect(
            reason?.message.contains("(reading \(index)). Another program wrote that key") == true,
            "\(reason?.message ?? "")")
        let said = lane.reports.compactMap { if case .requestsUnread(let words) = $0 { words } else { nil } }
        #expect(said.first?.contains("lantern:p:requests cannot be read: WRONGTYPE") == true, "\(said)")
    }

    @Test func `requests for a damaged partition are answered, not asked again each second`() {
        let (play, lane) = parked()
        play.world.redis.write("row:0:k2", .string(Array("mine".utf8)))
        play.world.log.append(0, row: 2, number: 1)
        play.settle(lane)
        #expect(play.isHalted(lane)?.code == .damaged)
        play.ask(.skip, 0)
        play.pass(milliseconds: 3_000)
        #expect(play.answer() == "failed: t-0 is damaged, and stays halted until the projection is built again")
        #expect(play.waiting(0) == nil)
    }

    @Test func `a retry whose sum passes 2^53 is damage, durably`() {
        let play = Play(world: World(seed: 1, partitions: 1, plan: World.board))
        play.world.isSpoilt = true
        let lane = play.lane([0])
        play.world.log.append(0, row: 1, number: 3, isBad: true)
        play.settle(lane)
        #expect(play.world.parked(0).map(\.offset) == [0])
        let member = Array("k1".utf8)
        play.ask(.edit(Array("{\"n\":9000000000000000}".utf8)), 0)
        // Between the look at the rows and the transaction nothing may come; what comes after EXEC began is in its answer.
        play.world.redis.write("board:0", .sorted([member: 9_000_000_000_000_000 - (1 << 43)]))
        play.pass(milliseconds: 3_000)
        #expect(play.isHalted(lane)?.code == .damaged)
        #expect(play.isHalted(lane)?.message.contains("±2^53") == true, "\(play.isHalted(lane)?.message ?? "goes on")")
        #expect(play.world.hasDamage(0))
    }
}
