import Observing
import Projections
import Records
import Testing

@testable import Worker

/// What a lane measures, on the simulated servers.
@Suite struct `What a lane measures` {
    private func counts(_ lane: SimulatedLane) -> EventCounts { lane.machine.meter.topics[0] }

    @Test func `every event that was taken is counted once: folded, ignored, parked, skipped or replayed`() {
        let play = Play()
        let lane = play.lane([0])
        play.append(20)
        for number in 0..<3 { play.world.log.append(0, row: 9, number: number, isBad: true) }
        play.append(5, rows: 3)
        play.settle(lane)
        let counts = counts(lane)
        #expect(play.next() == 28)
        #expect(counts.passed == 28 && counts.parked == 3 && counts.folded == 25 && counts.ignored == 0)
        #expect(counts.folded + counts.ignored + counts.parked + counts.skipped == counts.passed)
        #expect(lane.counters.events == counts.passed && counts.bytes > 28 * 10)
        #expect(lane.counters.applied == lane.counters.transactions && lane.counters.applied > 0)
        #expect(lane.counters.changes >= counts.folded)
    }

    @Test func `what another lane's last batch held is read again as replayed, and not as folded`() {
        let play = Play()
        let first = play.lane([0])
        play.append(10)
        play.settle(first)
        play.crash(first)
        let second = play.lane([0])
        play.append(4)
        play.settle(second)
        let counts = counts(second)
        #expect(play.next() == 14)
        #expect(counts.folded == 4 && counts.passed == 4 && counts.replayed > 0, "\(counts)")
    }

    @Test func `the time from a record's timestamp to the reply is counted for each event`() {
        let play = Play()
        let lane = play.lane([0])
        play.settle(lane)
        // The first record is as old as the world now is.
        play.world.now += 40
        play.append(8)
        lane.takeEvents(50)
        lane.write(.max)
        play.serve()
        play.world.now += 7
        lane.read(.max)
        play.settle(lane)
        let meter = lane.machine.meter
        #expect(meter.freshness.count == 8 && meter.events.count == lane.counters.applied)
        let counts = meter.freshness.counts(LaneMeter.freshnessBounds)
        let age = play.world.now
        let bucket = LaneMeter.freshnessBounds.firstIndex { Double(age) <= $0 } ?? 16
        #expect(counts[bucket] + counts[max(0, bucket - 1)] == 8, "\(counts) at \(age)")
        #expect(meter.duration.counts(LaneMeter.durationBounds).reduce(0, +) == lane.counters.applied)
    }

    @Test func `events between the first and the last timestamp are taken to lie evenly`() {
        var meter = LaneMeter(topics: 1)
        meter.visible(400, first: 0, last: 800, now: 800)
        // At 100, 300, 500 and 700: 700, 500, 300 and 100 ms old.
        let counts = meter.freshness.counts(LaneMeter.freshnessBounds)
        #expect(counts[6] == 100 && counts[8] == 200 && counts[9] == 100, "\(counts)")
        #expect(meter.freshness.sum == 160_000)
        meter.visible(3, first: -1, last: -1, now: 800)
        #expect(meter.freshness.count == 400)
    }

    @Test func `timestamps of any year, and in other units, are counted and stop nothing`() {
        var meter = LaneMeter(topics: 1)
        meter.wallOffset = 1_795_000_000_000
        // Records without a time that makes sense, for as long as a lane runs.
        for _ in 0..<4 { meter.visible(2_000_000_000_000, first: 0, last: 0, now: 0) }
        // Milliseconds and nanoseconds in one transaction.
        meter.visible(400, first: 1_795_000_000_000, last: 1_795_000_000_000_000_000, now: 0)
        #expect(meter.freshness.count == 8_000_000_000_400)
        #expect(Double(meter.freshness.sum) > 1e25)
    }

    @Test func `the age of a transaction's newest event is counted once, when its reply came`() {
        let play = Play()
        let lane = play.lane([0])
        play.settle(lane)
        play.append(20)
        lane.takeEvents(50)
        lane.write(.max)
        play.serve()
        let count = lane.machine.meter.age.count
        #expect(count == 0)
        play.world.now += 7
        lane.read(.max)
        let newest: Int64 = 1_700_000_000_000 + 19
        let offset = lane.machine.meter.wallOffset
        let age = lane.machine.meter.age
        #expect(age.count == 1 && age.sum == Double(max(0, play.world.now + offset - newest)), "\(age)")
        // What is not applied has no age.
        play.append(4)
        lane.takeEvents(50)
        lane.write(.max)
        lane.cut()
        let after = lane.machine.meter.age.count
        #expect(after == 1)
    }

    @Test func `an age is from the event's time, and never below zero`() {
        var meter = LaneMeter(topics: 1)
        meter.wallOffset = 1_000
        meter.applied(newest: 400, now: 0)
        meter.applied(newest: 9_000, now: 0)
        let counts = meter.age.counts(LaneMeter.freshnessBounds)
        #expect(meter.age.sum == 600 && counts[9] == 1 && counts[0] == 1, "\(counts)")
    }

    @Test func `a transaction that is fenced, refused or of unknown outcome is counted as that`() {
        let play = Play()
        let lane = play.lane([0])
        play.append(4)
        play.settle(lane)
        let applied = lane.counters.applied
        play.append(4)
        lane.takeEvents(50)
        lane.write(.max)
        lane.cut()
        #expect(lane.counters.unknown == 1 && lane.counters.applied == applied)
        play.pass(milliseconds: 3_000)
        #expect(play.next() == 8 && lane.counters.connects == 2)
    }

    @Test func `a lane's time goes to what it does`() {
        var clock = LaneClock()
        clock.turn(to: .fold, now: 100)
        clock.turn(to: .redis, now: 130)
        clock.turn(to: .idle, now: 135)
        clock.turn(to: .fold, now: 1_135)
        #expect(clock.times.fold == 30 && clock.times.redis == 5 && clock.times.idle == 1_000)
        #expect(clock.times.kafka == 0)
    }

    @Test func `an idle lane is idle, one behind the end waits for Kafka, one that may not fold for Redis`() {
        let play = Play()
        let lane = play.lane([0])
        play.append(4)
        play.settle(lane)
        var phase = lane.machine.phaseAsleep
        #expect(phase == .idle)
        let slot = lane.slotOf[0] ?? 0
        lane.machine.table[slot].feed.end = 9
        phase = lane.machine.phaseAsleep
        #expect(phase == .kafka)
        lane.machine.isStopping = true
        phase = lane.machine.phaseAsleep
        #expect(phase == .redis)
    }

    @Test func `the bounds are those that the metrics have`() {
        #expect(LaneMeter.freshnessBounds.map { $0 / 1_000 } == LaneFigures.freshnessBounds)
        #expect(LaneMeter.durationBounds.map { $0 / 1_000 } == LaneFigures.durationBounds)
        #expect(LaneMeter.eventBounds == LaneFigures.eventBounds)
        #expect(LaneMeter.freshnessBounds.count < BucketCounts.room)
    }
}
