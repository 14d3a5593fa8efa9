import Projections
import Records
import Testing

@testable import Worker

/// What is written about a damaged row, for whom it holds, and what is no damage at all.
@Suite struct `Interleavings: damage` {
    /// A checkpoint whose last batch nobody has confirmed, and a new lane that looks at its rows.
    private func unconfirmed() -> Play {
        let play = Play()
        let first = play.lane([0])
        play.settle(first)
        play.append(4)
        first.takeEvents(4)
        first.write(.max)
        play.serve()
        play.crash(first)
        #expect(play.next() == 4)
        return play
    }

    @Test func `LOADING in the row check says nothing: the check is repeated, and nothing is damaged`() {
        let play = unconfirmed()
        play.world.redis.refusesType = "LOADING Redis is loading the dataset in memory"
        let lane = play.lane([0])
        play.pass(milliseconds: 20_000)
        #expect(play.isHalted(lane) == nil)
        #expect(Array(play.damage.keys) == [])
        play.append(4)
        play.world.redis.refusesType = nil
        play.pass(milliseconds: 20_000)
        #expect(play.isHalted(lane) == nil)
        #expect(play.next() == 8)
        #expect(play.world.violations == [])
    }

    @Test func `NOPERM in the row check halts with the server's words, and nothing is damaged`() {
        let play = unconfirmed()
        let words = "NOPERM this user has no permissions to run the 'type' command"
        play.world.redis.refusesType = words
        let lane = play.lane([0])
        play.pass(milliseconds: 5_000)
        #expect(play.isHalted(lane)?.code == .serverRefuses)
        #expect(play.isHalted(lane)?.message.contains(words) == true)
        #expect(Array(play.damage.keys) == [])
    }

    @Test func `damage of a generation that is gone is not written to the next one`() {
        let (play, lane) = Play.struck()
        lane.read(.max)
        #expect(play.isHalted(lane)?.code == .damaged)
        lane.cut()
        let next = Array("number=1 id=00000002 state=open fingerprint=f token= deadline=0".utf8)
        play.world.redis.write(play.world.keys.generation, .string(next))
        play.world.redis.write(play.world.keys.damage, nil)
        play.pass(milliseconds: 10_000)
        #expect(Array(play.damage.keys) == [])
    }

    @Test func `damage that Redis has is not written again at each connection`() {
        let (play, lane) = Play.struck()
        lane.read(.max)
        play.settle(lane)
        let first = play.world.redis.stamp(play.world.keys.damage)
        #expect(Array(play.damage.keys).count == 1)
        for _ in 0..<3 {
            lane.cut()
            play.pass(milliseconds: 5_000)
        }
        #expect(play.world.redis.stamp(play.world.keys.damage) == first)
        #expect(play.isHalted(lane)?.code == .damaged)
    }

    @Test func `damage that Redis refuses to note is noted as soon as it can be`() {
        let (play, lane) = Play.struck()
        play.world.redis.refusal = "OOM command not allowed when used memory > 'maxmemory'."
        lane.read(.max)
        play.pass(milliseconds: 20_000)
        #expect(Array(play.damage.keys) == [])
        play.world.redis.refusal = nil
        play.pass(milliseconds: 20_000)
        #expect(Array(play.damage.keys).count == 1)
        #expect(play.isHalted(lane)?.code == .damaged)
    }

    @Test(arguments: [false, true])
    func `a failover that lost the damaged transaction: the record does not hold`(isSameLane: Bool) {
        let play = Play()
        play.world.isSpoilt = true
        var lane = play.lane([0])
        play.append(2)
        play.settle(lane)
        let rows = play.world.redis.data
        play.world.redis.write("row:0:k1", .string(Array("mine".utf8)))
        play.append(4)
        play.settle(lane)
        #expect(play.isHalted(lane)?.code == .damaged)
        // The replica had the record of it, and not the transaction.
        var replica = rows
        replica[play.world.keys.damage] = play.world.redis.data[play.world.keys.damage]
        play.world.redis.restore([0: replica])
        if isSameLane {
            lane.cut()
        } else {
            play.crash(lane)
            lane = play.lane([0])
        }
        play.pass(milliseconds: 10_000)
        #expect(play.isHalted(lane) == nil)
        #expect(play.next() == 6)
        #expect(Array(play.damage.keys) == [])
        // Nor when the checkpoint has come to where the damage was.
        play.crash(lane)
        play.append(2)
        let third = play.lane([0])
        play.pass(milliseconds: 5_000)
        #expect(play.isHalted(third) == nil)
        #expect(play.next() == 8)
    }

    @Test func `damage names view, key and command of the transaction that was carried out`() {
        let play = Play()
        play.world.isSpoilt = true
        let lane = play.lane([0]) {
            $0.mergesBatches = false
            $0.chunkBytes = 1
        }
        play.append(4)
        play.settle(lane)
        play.world.redis.write("row:0:k1", .string(Array("mine".utf8)))
        play.world.log.append(0, row: 1, number: 5)
        lane.takeEvents(1)
        lane.write(.max)
        // The next one is open and taken back before the answer comes.
        play.world.log.append(0, row: 2, number: 6)
        lane.takeEvents(1)
        #expect(lane.isOpen)
        lane.machine.session?.discardOpen()
        lane.write(.max)
        play.serve()
        lane.read(.max)
        let message = play.isHalted(lane)?.message ?? ""
        #expect(message.contains("view v, key row:0:k1"), "\(message)")
        #expect(!message.contains("row:0:k2"), "\(message)")
    }

    @Test func `a maxmemory-policy that evicts is noticed on an open connection, and waited out`() {
        let play = Play()
        let lane = play.lane([0])
        play.append(4)
        play.settle(lane)
        play.world.redis.policy = "allkeys-lru"
        play.pass(milliseconds: 12_000)
        let isAway = lane.machine.isAway
        #expect(isAway)
        let lost = lane.reports.contains {
            if case .connectionLost(let words) = $0 { words.contains("allkeys-lru") } else { false }
        }
        #expect(lost)
        play.append(4)
        play.pass(milliseconds: 12_000)
        #expect(play.next() == 4)
        play.world.redis.policy = "noeviction"
        play.pass(milliseconds: 20_000)
        #expect(play.next() == 8)
    }

    @Test func `the back-off grows while Redis refuses`() {
        let play = Play()
        let lane = play.lane([0])
        play.settle(lane)
        play.world.redis.refusal = "NOREPLICAS Not enough good replicas to write."
        play.append(4)
        play.pass(milliseconds: 60_000)
        let refusals = lane.reports.count { if case .refused = $0 { true } else { false } }
        #expect(refusals > 3)
        #expect(refusals < 20)
        play.world.redis.refusal = nil
        play.pass(milliseconds: 20_000)
        #expect(play.next() == 4)
    }

    @Test(arguments: 0..<6)
    func `the heartbeat looks at all partitions in turn`(partition: Int) {
        let play = Play(partitions: 6)
        let lane = play.lane([0, 1, 2, 3, 4, 5]) { $0.partitionsPerTransaction = 2 }
        play.pass(milliseconds: 3_000)
        let theirs = Checkpoint(next: 0, confirmed: 0, writer: "theirs")
        play.world.redis.write(play.world.keys.checkpoint("t", Int32(partition)), .string(theirs.text))
        play.pass(milliseconds: 10_000)
        #expect(lane.reports.contains { if case .fenced(_, "theirs") = $0 { true } else { false } })
    }
}
