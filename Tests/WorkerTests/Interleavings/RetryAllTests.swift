import Projections
import Records
import Testing

@testable import Worker

@Suite struct `Interleavings: a retry of all` {
    /// Forty keys each with a bad event and three behind it; what was wrong with all but one is edited in the ledger.
    private func parkedPlay() -> (Play, SimulatedLane) {
        let play = Play()
        for row in 0..<40 {
            play.world.log.append(0, row: row, number: 1, isBad: true)
            for _ in 0..<3 { play.world.log.append(0, row: row, number: 2) }
        }
        play.world.isSpoilt = true
        let lane = play.lane([0]) { $0.commandsPerTransaction = 8 }
        play.pass(milliseconds: 3_000)
        return (play, lane)
    }

    private func askAll(_ play: Play, _ progress: RetryProgress = RetryProgress()) {
        play.world.redis.setField(
            play.world.keys.requests, "t:0:all",
            RequestText(action: .retryAll(progress), identifier: "i").text)
    }

    private func count(_ play: Play, _ row: Int) -> String? {
        guard case .hash(let fields)? = play.world.redis.data["row:0:k\(row)"] else { return nil }
        return fields["count"].map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `one request releases all in slices, in order, and what is still bad keeps those behind it`() {
        let (play, lane) = parkedPlay()
        #expect(play.world.parked(0).count == 160 && play.next() == 160)
        for row in 1..<40 {
            play.decide(LedgerEntry(.edit(Array("{\"n\":1}".utf8)), of: play.hash(Int64(4 * row))), Int64(4 * row))
        }
        lane.machine.reload(lane.slotOf[0] ?? 0)
        play.pass(milliseconds: 2_000)
        askAll(play)
        // While it is worked off, new events are projected.
        var moved: Set<Int64> = []
        for number in 0..<200 where play.answer() == nil {
            play.world.log.append(0, row: 41, number: number)
            play.pass(milliseconds: 100)
            if play.answer() == nil { moved.insert(play.next()) }
        }
        #expect(play.answer() == "156 released; 4 are still parked, `lantern parked list` shows why")
        #expect(moved.count > 5, "\(moved)")
        #expect(play.world.parked(0).map(\.offset) == [0, 1, 2, 3])
        for row in 1..<40 { #expect(count(play, row) == "4", "row \(row)") }
        #expect(play.world.violations == [])
        // A later event of a released key is folded, one of the other is parked.
        play.world.log.append(0, row: 5, number: 1)
        play.world.log.append(0, row: 0, number: 1)
        play.pass(milliseconds: 2_000)
        #expect(count(play, 5) == "5" && play.world.parked(0).count == 5)
    }

    @Test func `one that was begun goes on where it was, in another lane`() throws {
        let (play, lane) = parkedPlay()
        for row in 0..<40 { play.decide(LedgerEntry(.skip, of: play.hash(Int64(4 * row))), Int64(4 * row)) }
        lane.machine.reload(lane.slotOf[0] ?? 0)
        play.pass(milliseconds: 2_000)
        askAll(play)
        for _ in 0..<100 where play.world.parked(0).count > 120 { play.pass(milliseconds: 100) }
        let left = play.world.parked(0).count
        #expect(left > 0 && left <= 120 && play.answer() == nil)
        play.crash(lane)
        play.lane([0])
        for _ in 0..<100 where play.answer() == nil { play.pass(milliseconds: 100) }
        #expect(play.answer() == "done: 160 released")
        #expect(play.world.parked(0).isEmpty)
        for row in 0..<40 { #expect(count(play, row) == "3") }
    }

    @Test func `a lane that stops leaves the rest for later`() {
        let (play, lane) = parkedPlay()
        for row in 0..<40 { play.decide(LedgerEntry(.skip, of: play.hash(Int64(4 * row))), Int64(4 * row)) }
        lane.machine.reload(lane.slotOf[0] ?? 0)
        play.pass(milliseconds: 2_000)
        askAll(play)
        for _ in 0..<100 where play.world.parked(0).count == 160 { play.pass(milliseconds: 50, step: 50) }
        lane.machine.stop(now: play.world.now)
        play.pass(milliseconds: 500)
        #expect(lane.hasEnded && !play.world.parked(0).isEmpty && play.answer() == nil)
    }

    @Test func `a row that cannot take it costs its own event only`() {
        let (play, lane) = parkedPlay()
        for row in 0..<40 { play.decide(LedgerEntry(.skip, of: play.hash(Int64(4 * row))), Int64(4 * row)) }
        lane.machine.reload(lane.slotOf[0] ?? 0)
        play.pass(milliseconds: 2_000)
        play.world.redis.spoil("row:0:k7", field: nil)
        askAll(play)
        for _ in 0..<200 where play.answer() == nil { play.pass(milliseconds: 100) }
        #expect(play.answer()?.hasPrefix("157 released; 3 are still parked") == true, "\(play.answer() ?? "none")")
        #expect(play.world.parked(0).map(\.offset) == [29, 30, 31])
        #expect(play.isHalted(lane) == nil)
    }
}
