import Projections
import Records
import Testing

@testable import Worker

/// Which rows a lane names for readers who are told.
@Suite struct `Interleavings: notices` {
    /// What each transaction changed, and what it named; nil: it named nothing.
    private final class Witness {
        var transactions: [(changed: Set<String>, named: Set<String>?)] = []
    }

    private func play(_ adjust: (inout LaneSettings) -> Void = { _ in }) -> (Play, SimulatedLane, Witness) {
        let play = Play(world: World(seed: 1, partitions: 1, plan: World.announcing))
        play.world.isSpoilt = true
        let witness = Witness()
        let before = play.world.redis.executed
        play.world.redis.executed = { commands, failed in
            before?(commands, failed)
            let words = commands.map { $0.map { String(decoding: $0, as: UTF8.self) } }
            let changed = words.filter { $0.count > 1 && !$0[1].hasPrefix("lantern:") }.map { $0[1] }
            let notice = words.first { $0[0] == "XADD" }
            let named = notice.flatMap { ChangeEntry(text: Array(($0.last ?? "").utf8)) }?.keys
            witness.transactions.append(
                (Set(changed), named.map { Set($0.map { String(decoding: $0, as: UTF8.self) }) }))
        }
        return (play, play.lane([0], adjust: adjust), witness)
    }

    @Test func `each transaction of the live generation names the rows that it changes, and no others`() {
        let (play, lane, witness) = play()
        for _ in 0..<5 {
            play.append(6)
            play.settle(lane)
        }
        play.pass(milliseconds: 3_000)
        let changing = witness.transactions.filter { !$0.changed.isEmpty }
        #expect(changing.count >= 2 && changing.allSatisfy { $0.named == $0.changed }, "\(witness.transactions)")
        #expect(witness.transactions.filter(\.changed.isEmpty).allSatisfy { $0.named == nil })
        #expect(play.next() == 30)
    }

    @Test func `a build names none until it is live`() {
        let (play, lane, witness) = play { $0.role = .build }
        play.raise(lane, [3])
        play.append(6)
        play.pass(milliseconds: 500)
        #expect(!witness.transactions.isEmpty && witness.transactions.allSatisfy { $0.named == nil })
        witness.transactions = []
        lane.machine.generationFound(database: 0, role: .live, now: play.world.now)
        play.pass(milliseconds: 3_000)
        let changing = witness.transactions.filter { !$0.changed.isEmpty }
        #expect(!changing.isEmpty && changing.allSatisfy { $0.named == $0.changed }, "\(witness.transactions)")
    }

    @Test func `a parked event that is carried out later names its row`() {
        let (play, _, witness) = play()
        play.world.log.append(0, row: 1, number: 5, isBad: true)
        play.world.log.append(0, row: 1, number: 6)
        play.pass(milliseconds: 3_000)
        #expect(witness.transactions.allSatisfy { $0.named == nil }, "\(witness.transactions)")
        play.ask(.edit(Array("{\"n\":7}".utf8)), 0)
        play.pass(milliseconds: 3_000)
        #expect(play.answer() == "done: 2 released")
        let changing = witness.transactions.filter { !$0.changed.isEmpty }
        #expect(!changing.isEmpty && changing.allSatisfy { $0.named == $0.changed }, "\(witness.transactions)")
    }
}
