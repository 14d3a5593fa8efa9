import Projections
import Records
import Testing

@testable import Worker

@Suite struct `Interleavings: transactions` {
    @Test func `an element of EXEC fails: the partition stops, durably, in any worker`() {
        let (play, lane) = Play.struck()
        lane.read(.max)
        lane.write(.max)
        play.serve()
        #expect(play.isHalted(lane)?.code == .damaged)
        #expect(play.isHalted(lane)?.message.contains("row:0:k1") == true)
        #expect(play.damage["00000001:t:0"] != nil)
        play.append(4)
        play.pass(milliseconds: 5_000)
        #expect(play.next() == 4)
        // Taking the cause away is not enough.
        play.crash(lane)
        play.world.redis.write("row:0:k1", nil)
        let next = play.lane([0])
        play.settle(next)
        #expect(play.isHalted(next)?.code == .damaged)
        #expect(play.next() == 4)
    }

    @Test func `an element of EXEC fails and its reply is never read: found at restart through confirmed`() {
        let (play, lane) = Play.struck()
        // The checkpoint says applied, the row is unchanged.
        #expect(play.next() == 4)
        play.crash(lane)
        let next = play.lane([0])
        play.settle(next)
        play.settle(next)
        #expect(play.isHalted(next)?.code == .damaged)
        #expect(play.damage["00000001:t:0"] != nil)
        #expect(play.next() == 4)
    }

    @Test func `MGET of a hash returns nil without an error: it fences, and the partition does not begin again`() {
        let play = Play()
        play.world.isSpoilt = true
        let lane = play.lane([0])
        play.settle(lane)
        play.append(5)
        lane.takeEvents(5)
        lane.write(.max)
        #expect(play.serveTransaction(of: lane))
        // Before the WATCH that follows, so that only the comparison can see it.
        let key = play.world.keys.checkpoint("t", 0)
        play.world.redis.write(key, .hash(["next": Array("5".utf8)]))
        let rows = play.world.state(0)
        play.append(5)
        play.pass(milliseconds: 20_000)
        #expect(play.world.state(0) == rows)
        #expect(play.world.redis.data[key] == .hash(["next": Array("5".utf8)]))
        #expect(play.isHalted(lane) != nil)
    }

    @Test(arguments: 0..<30)
    func `EXECABORT hides a lost WATCH and clears it: nothing is sent again without a new one`(steps: Int) {
        let play = Play()
        let lane = play.lane([0])
        play.settle(lane)
        play.append(5)
        lane.takeEvents(5)
        lane.write(.max)
        let other = SimulatedLane(world: play.world, writer: "other")
        other.assign([0])
        for step in 0..<40 {
            if step == steps {
                play.world.redis.refusal = nil
                for _ in 0..<12 {
                    other.takeEvents(50)
                    other.write(.max)
                    if let client = other.client { while play.world.redis.step(client) {} }
                    other.read(.max)
                }
            }
            // Only what this lane says is refused.
            play.world.redis.refusal = "OOM command not allowed when used memory > 'maxmemory'."
            if let client = lane.client { _ = play.world.redis.step(client) }
            lane.read(.max)
            lane.write(.max)
        }
        play.world.redis.refusal = nil
        play.append(5)
        play.pass(milliseconds: 30_000)
        #expect(play.world.violations == [])
        #expect(play.next() == 10)
    }

    @Test func `under OOM DEL and SET in MULTI are refused: the transaction is refused whole, and folded again`() {
        let play = Play()
        let lane = play.lane([0])
        play.settle(lane)
        play.world.redis.refusal = "OOM command not allowed when used memory > 'maxmemory'."
        play.append(5)
        play.pass(milliseconds: 20_000)
        #expect(play.next() == 0)
        #expect(lane.reports.contains { if case .refused(let words) = $0 { words.hasPrefix("OOM") } else { false } })
        play.world.redis.refusal = nil
        play.pass(milliseconds: 20_000)
        #expect(play.next() == 5)
        #expect(play.world.violations == [])
    }

    @Test func `MULTI refused while writes are allowed: what ran bare is damage, and nothing more is written`() {
        let play = Play()
        play.world.isSpoilt = true
        let lane = play.lane([0])
        play.settle(lane)
        play.world.redis.refusesMulti = true
        play.append(5)
        play.settle(lane)
        #expect(play.isHalted(lane)?.code == .damaged)
        let rows = play.world.state(0)
        play.append(5)
        play.pass(milliseconds: 20_000)
        #expect(play.world.state(0) == rows)
        // No connection is opened where MULTI is refused; with the next one the record is left.
        play.world.redis.refusesMulti = false
        play.pass(milliseconds: 20_000)
        #expect(play.damage["00000001:t:0"] != nil)
        #expect(play.isHalted(lane)?.code == .damaged)
        #expect(play.world.state(0) == rows)
    }

    @Test func `a WATCH that is refused guards nothing: no EXEC follows it`() {
        let play = Play()
        let lane = play.lane([0])
        play.world.redis.refusesWatch = "NOPERM this user has no permissions to run the 'watch' command"
        play.append(5)
        play.pass(milliseconds: 20_000)
        #expect(play.world.executions == 0)
        #expect(play.next() == 0)
        #expect(play.isHalted(lane)?.code == .serverRefuses)
    }

    @Test func `GET inside MULTI returns QUEUED, WATCH inside MULTI fails: heartbeats keep out of open transactions`() {
        let play = Play(partitions: 3)
        play.lane([0, 1, 2])
        for round in 0..<300 {
            play.append(7, partition: round % 3)
            play.pass(milliseconds: 130, step: 10)
        }
        play.pass(milliseconds: 10_000)
        #expect((0..<3).map { play.next($0) } == [700, 700, 700])
        // The model calls each reading inside MULTI a violation.
        #expect(play.world.violations == [])
    }

    @Test func `the model itself tells reading inside MULTI and writing outside of it`() {
        let world = World(seed: 1, partitions: 1)
        let client = ModelClient()
        func send(_ words: String...) {
            client.inbox += RESP.array(words.map { RESP.bulk(Array($0.utf8)) })
            _ = world.redis.step(client)
        }
        send("SET", world.keys.checkpoint("t", 0), "x")
        send("MULTI")
        send("GET", "a")
        send("WATCH", "a")
        #expect(world.violations.count == 3)
    }

    @Test func `WATCH of 1,000 keys costs 3.3 ms: at most 64 partitions and the generation are watched at once`() {
        let play = Play(partitions: 100)
        let lane = play.lane(Array(0..<100))
        for partition in 0..<100 { play.append(2, partition: partition) }
        for _ in 0..<100 where !(0..<100).allSatisfy({ play.next($0) == 2 }) {
            play.world.now += 100
            play.settle(lane, rounds: 10)
        }
        #expect((0..<100).allSatisfy { play.next($0) == 2 })
        #expect(play.world.redis.longestWatch == 65)
        #expect(play.world.violations == [])
    }

    @Test func `one partition at its ceiling and one at its floor after an unknown outcome: each is settled by itself`()
    {
        let play = Play(partitions: 2)
        let lane = play.lane([0, 1])
        play.append(1, partition: 0)
        play.append(1, partition: 1)
        play.settle(lane)
        play.append(5, partition: 0)
        play.append(5, partition: 1)
        let before = play.world.redis.data
        lane.takeEvents(20)
        lane.write(.max)
        play.serve()
        #expect([play.next(0), play.next(1)] == [6, 6])
        // The second partition goes back to where it was; the reply was never read.
        let lost = play.world.redis.data.filter { $0.key.contains("row:1:") || $0.key.hasSuffix(":t:1") }
        for key in lost.keys { play.world.redis.write(key, before[key]) }
        lane.cut()
        play.append(5, partition: 0)
        play.pass(milliseconds: 10_000)
        #expect([play.next(0), play.next(1)] == [11, 6])
        #expect(play.world.violations == [])
        let settled = lane.reports.compactMap { report -> Bool? in
            if case .outcomeResolved(_, let wasApplied) = report { wasApplied } else { nil }
        }
        #expect(settled.sorted { !$0 && $1 } == [false, true])
    }
}
