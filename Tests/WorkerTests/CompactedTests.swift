import Projections
import Records
import Testing

@testable import Worker

@Suite struct `Compacted topics` {
    private func play(retention: Int64? = nil) -> Play {
        let world = World(seed: 1, partitions: 1, plan: World.compacted)
        world.tombstoneRetention = retention
        // Its rows are not the oracle's.
        world.isSpoilt = true
        return Play(world: world)
    }

    @Test func `the time at the end is renewed while nothing comes`() throws {
        let play = play()
        let lane = play.lane([0])
        play.append(3)
        play.pass(milliseconds: 5_000)
        let first = try #require(play.world.checkpoint(0)?.atEnd)
        play.pass(milliseconds: 600_000)
        let last = try #require(play.world.checkpoint(0)?.atEnd)
        #expect(last - first > 500_000)
        #expect(play.next() == 3)
        // It is no news that it continues.
        #expect(lane.reports.count { if case .started = $0 { true } else { false } } == 1)
    }

    @Test func `the time at the end is renewed well within the time for which tombstones are kept`() throws {
        let play = play(retention: 8_000)
        play.lane([0])
        play.append(3)
        play.pass(milliseconds: 60_000)
        let last = try #require(play.world.checkpoint(0)?.atEnd)
        #expect(play.world.now - last < 4_000)
    }

    @Test func `cut off from Kafka, no time at the end is renewed`() throws {
        let play = play()
        play.lane([0])
        play.append(3)
        play.pass(milliseconds: 5_000)
        play.world.isKafkaAway = true
        play.pass(milliseconds: 120_000)
        let before = try #require(play.world.checkpoint(0)?.atEnd)
        play.pass(milliseconds: 600_000)
        #expect(play.world.checkpoint(0)?.atEnd == before)
        play.world.isKafkaAway = false
        play.pass(milliseconds: 120_000)
        #expect(play.world.checkpoint(0)?.atEnd ?? 0 > before)
    }

    @Test func `an idle partition's checkpoint is not written again and again`() {
        let play = play()
        play.lane([0])
        play.append(3)
        play.pass(milliseconds: 20_000)
        let before = play.world.executions
        play.pass(milliseconds: 30_000)
        #expect(play.world.executions - before <= 1)
    }

    @Test func `killed before the end was first reached, and away longer than tombstones are kept: it halts`() {
        let play = play(retention: 3_600_000)
        let lane = play.lane([0])
        play.append(6)
        lane.takeEvents(0)
        lane.write(.max)
        play.serve()
        lane.read(.max)
        // Half of it comes, and no end.
        for _ in 0..<6 {
            lane.takeEvents(lane.machine.counters.events < 3 ? 1 : 0)
            lane.write(.max)
            play.serve()
            lane.read(.max)
        }
        #expect((1...3).contains(play.next()))
        play.crash(lane)
        play.world.now += 3_700_000
        let before = play.next()
        play.append(1)
        let late = play.lane([0])
        play.settle(late)
        #expect(play.isHalted(late)?.code == .tombstonesMissed)
        #expect(play.next() == before)
    }

    @Test func `a lane that lags longer than tombstones are kept halts, and does not renew the time`() {
        let play = play(retention: 3_600_000)
        let lane = play.lane([0])
        play.append(3)
        play.settle(lane)
        let before = play.world.checkpoint(0)?.atEnd
        play.world.now += 3_700_000
        play.append(3)
        play.settle(lane)
        #expect(play.isHalted(lane)?.code == .tombstonesMissed)
        #expect(play.next() == 3)
        #expect(play.world.checkpoint(0)?.atEnd == before)
    }

    @Test func `a partition of which nothing was read waits as long as it likes`() {
        let play = play(retention: 3_600_000)
        play.world.now += 7_200_000
        play.append(3)
        let lane = play.lane([0])
        play.pass(milliseconds: 5_000)
        #expect(play.isHalted(lane) == nil)
        #expect(play.next() == 3)
        #expect(play.world.checkpoint(0)?.atEnd != nil)
    }

    @Test func `a partition that is never idle renews the time all the same`() {
        let play = play(retention: 20_000)
        let lane = play.lane([0])
        for _ in 0..<600 {
            play.append(1)
            play.pass(milliseconds: 100)
        }
        #expect(play.isHalted(lane) == nil)
        #expect(play.next() == 600)
        #expect(play.world.now - (play.world.checkpoint(0)?.atEnd ?? 0) < 12_000)
    }

    @Test func `away longer than tombstones are kept, a deleted row would stay forever: it halts`() {
        let play = play(retention: 3_600_000)
        let lane = play.lane([0])
        play.append(3)
        play.pass(milliseconds: 5_000)
        play.crash(lane)
        play.world.now += 3_700_000
        // Nothing has come since: what is in Redis is still all that there was.
        let idle = play.lane([0])
        play.settle(idle)
        #expect(play.isHalted(idle) == nil)
        play.crash(idle)
        play.world.now += 7_200_000
        play.append(1)
        let late = play.lane([0])
        play.settle(late)
        #expect(play.isHalted(late)?.code == .tombstonesMissed)
        #expect(play.next() == 3)
    }
}
