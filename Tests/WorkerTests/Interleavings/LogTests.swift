import Projections
import Records
import Testing

@testable import Worker

@Suite struct `Interleavings: the log` {
    @Test func `an idle topic's last record expired: the anchor cannot be read, and it continues`() {
        let play = Play()
        let lane = play.lane([0])
        play.append(5)
        play.settle(lane)
        play.crash(lane)
        play.world.log.low[0] = 5
        let next = play.lane([0])
        play.append(5)
        play.settle(next)
        #expect(play.isHalted(next) == nil)
        #expect(play.next() == 10)
        #expect(play.world.violations == [])
    }

    @Test func `trailing markers expire past the last record: the checkpoint has passed them, and it continues`() {
        let play = Play()
        let lane = play.lane([0])
        play.append(3)
        for _ in 0..<3 { play.world.log.appendMarker(0) }
        play.pass(milliseconds: 5_000)
        #expect(play.next() == 6)
        play.crash(lane)
        play.world.log.low[0] = 6
        let next = play.lane([0])
        play.append(2)
        play.settle(next)
        #expect(play.isHalted(next) == nil)
        #expect(play.next() == 8)
        #expect(play.world.violations == [])
    }

    @Test func `stopped in the middle of the log: the end behind what it drops is not its checkpoint's`() {
        let play = Play()
        let lane = play.lane([0])
        play.settle(lane)
        play.append(50)
        lane.takeEvents(5)
        lane.machine.stop(now: play.world.now)
        play.settle(lane, rounds: 40)
        #expect(lane.hasEnded)
        #expect(play.next() < 50)
        #expect(play.world.violations == [])
        play.crash(lane)
        play.settle(play.lane([0]))
        #expect(play.next() == 50)
        #expect(play.world.violations == [])
    }

    @Test func `events that were never projected expired: it halts, naming both offsets`() {
        let play = Play()
        let lane = play.lane([0])
        play.append(5)
        play.settle(lane)
        play.crash(lane)
        play.append(5)
        play.world.log.low[0] = 8
        let next = play.lane([0])
        play.settle(next)
        #expect(play.isHalted(next)?.code == .retentionPassed)
        let words = play.isHalted(next)?.message ?? ""
        #expect(words.contains("offset 5") && words.contains("begins at 8"))
        #expect(play.next() == 5)
    }

    @Test func `the log ends below the checkpoint, or another record is at the anchor: it halts`() {
        for isShorter in [true, false] {
            let play = Play()
            let lane = play.lane([0])
            play.append(5)
            play.settle(lane)
            play.crash(lane)
            if isShorter { play.world.log.truncate(0, to: 3) } else { play.world.recreations = 1 }
            let next = play.lane([0])
            play.settle(next)
            // A new leader that lags shows a shorter log for a moment.
            if isShorter {
                #expect(play.isHalted(next) == nil)
                play.pass(milliseconds: 30_000)
            }
            #expect(play.isHalted(next)?.code == .logTruncated, "shorter: \(isShorter)")
            #expect(play.next() == 5)
        }
    }

    @Test func `the end is told right behind an event: the checkpoint is anchored at that event all the same`() {
        let play = Play()
        let lane = play.lane([0])
        play.settle(lane)
        play.append(3)
        play.world.log.appendMarker(0)
        play.settle(lane)
        #expect(play.next() == 4)
        #expect(play.world.checkpoint(0)?.anchor?.offset == 2)
    }

    @Test func `an event halts the partition: the checkpoint is anchored at the one before it`() {
        let play = Play()
        let lane = play.lane([0]) { $0.plan.onError = .halt }
        play.settle(lane)
        play.append(3)
        play.world.log.append(0, row: 0, number: 4, isBad: true)
        play.settle(lane)
        #expect(play.isHalted(lane)?.code == .badEvent)
        #expect(play.next() == 3)
        #expect(play.world.checkpoint(0)?.anchor?.offset == 2)
    }

    @Test func `inspections that take longer than a heartbeat hold events up, not for ever`() {
        let play = Play(partitions: 3)
        let lane = play.lane([0, 1, 2])
        play.world.inspectionTime = 3_300
        for _ in 0..<20 { for partition in 0..<3 { play.append(1, partition: partition) } }
        play.pass(milliseconds: 30_000)
        #expect((0..<3).map { play.next($0) } == [20, 20, 20], "\(lane.summary)")
        // Behind silence they are in doubt again.
        for _ in 0..<20 { for partition in 0..<3 { play.append(1, partition: partition) } }
        play.pass(milliseconds: 30_000)
        #expect((0..<3).map { play.next($0) } == [40, 40, 40], "\(lane.summary)")
        #expect(play.world.violations == [])
    }
}
