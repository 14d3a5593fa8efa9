import Projections
import Records
import Testing

@testable import Worker

/// Decisions about single events, and which record each of them is about.
@Suite struct `Interleavings: the ledger` {
    private func play(onError: String = "park") -> Play {
        let play = Play(world: World(seed: 1, partitions: 1, plan: World.plan(onError: onError)))
        play.world.isSpoilt = true
        return play
    }

    private func ignored(_ lane: SimulatedLane) -> [Int64] {
        lane.reports.compactMap { if case .decisionIgnored(_, let offset) = $0 { offset } else { nil } }
    }

    @Test func `a decision about the record that stands there is followed`() {
        let play = play()
        play.append(4)
        play.decide(LedgerEntry(.skip, of: play.hash(2)), 2)
        play.decide(LedgerEntry(.edit(Array("{\"n\":40}".utf8)), of: play.hash(3)), 3)
        let lane = play.lane([0])
        play.settle(lane)
        #expect(play.next() == 4)
        #expect((0..<4).map { play.sum($0) } == [40, 1, 2, nil])
        #expect(ignored(lane) == [])
    }

    @Test func `a topic recreated: decisions about the old one's records are said to be ignored, and are`() {
        let play = play()
        play.append(4)
        let old = (play.hash(2), play.hash(3))
        play.world.exchangeLog([0])
        play.append(4)
        play.decide(LedgerEntry(.skip, of: old.0), 2)
        play.decide(LedgerEntry(.edit(Array("{\"n\":40}".utf8)), of: old.1), 3)
        let lane = play.lane([0])
        play.settle(lane)
        #expect(play.next() == 4)
        #expect((0..<4).map { play.sum($0) } == [4, 1, 2, 3])
        #expect(ignored(lane) == [2, 3])
    }

    /// The former owner carries out a skip while the next one reads.
    @Test func `a decision made while the next owner reads is never older to it than the checkpoint`() {
        let play = play(onError: "halt")
        play.append(2)
        play.world.log.append(0, row: 1, number: 5, isBad: true)
        play.append(1)
        let first = play.lane([0])
        play.settle(first)
        #expect(play.isHalted(first)?.code == .badEvent)
        play.crash(first)
        // As the skip's transaction writes it, between any two commands of the reading.
        var seen = 0
        play.world.redis.beforeCommand = { name, key in
            guard key == play.world.keys.ledger || key == play.world.keys.checkpoint("t", 0), name != "WATCH" else {
                return
            }
            seen += 1
            guard seen == 2, var checkpoint = play.world.checkpoint(0) else { return }
            play.decide(LedgerEntry(.skip, of: play.hash(2)), 2)
            checkpoint.turn += 1
            play.world.redis.write(play.world.keys.checkpoint("t", 0), .string(checkpoint.text))
        }
        let second = play.lane([0])
        play.pass(milliseconds: 5_000)
        #expect(seen >= 2)
        #expect(play.isHalted(second) == nil)
        #expect(play.next() == 4)
    }
}
