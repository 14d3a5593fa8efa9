import Records
import Testing

@testable import Worker

@Suite struct `Interleavings: a generation that is drained or moved` {
    /// A lane that has projected four events.
    private func started(_ count: Int = 4) -> (play: Play, lane: SimulatedLane) {
        let play = Play()
        let lane = play.lane([0])
        play.append(count)
        play.settle(lane)
        play.pass(milliseconds: 1_500)
        return (play, lane)
    }

    // MARK: Standing

    @Test func `while its generation is drained a lane folds nothing, and then goes on where it was`() {
        let (play, lane) = started()
        play.drain(milliseconds: 60_000)
        play.append(4)
        let before = play.world.executions
        play.pass(milliseconds: 5_000)
        #expect(play.next() == 4 && play.world.executions == before)
        #expect(lane.reports.count { if case .standing("promoter") = $0 { true } else { false } } == 1)
        play.reopen()
        play.pass(milliseconds: 1_000)
        #expect(play.next() == 8)
        #expect(play.world.state(0) == play.world.log.states[0][8])
        #expect(!lane.hasEnded && play.world.violations.isEmpty, "\(play.world.violations)")
    }

    @Test func `a transaction that meets the drain is not applied, and is folded again after it`() {
        let (play, lane) = started()
        play.append(4)
        lane.takeEvents(4)
        lane.write(.max)
        play.drain(milliseconds: 60_000)
        play.serve()
        lane.read(.max)
        play.pass(milliseconds: 1_000)
        #expect(play.next() == 4)
        play.reopen()
        play.pass(milliseconds: 1_000)
        #expect(play.next() == 8)
        #expect(play.world.state(0) == play.world.log.states[0][8])
    }

    @Test func `a lane that stands looks again within milliseconds`() {
        let (play, lane) = started()
        play.drain(milliseconds: 60_000)
        play.pass(milliseconds: 2_000)
        let wait = lane.machine.deadline(now: play.world.now) - play.world.now
        #expect(wait <= 5)
    }

    @Test func `requests, status and damage wait while a lane stands`() {
        let (play, lane) = started()
        play.drain(milliseconds: 60_000)
        play.pass(milliseconds: 1_000)
        lane.machine.note(["HSET", "outside:about", "field", "value"])
        play.ask(.retry, 2)
        play.pass(milliseconds: 3_000)
        #expect(play.world.redis.data["outside:about"] == nil)
        #expect(play.waiting(2) != nil && play.answer() == nil)
        play.reopen()
        play.pass(milliseconds: 3_000)
        #expect(play.world.redis.data["outside:about"] != nil)
        #expect(play.answer() != nil)
    }

    @Test func `a drain that lasted longer than its deadline is lifted by a live lane, and not before`() {
        let (play, lane) = started()
        play.append(4)
        play.drain(milliseconds: 3_000)
        play.pass(milliseconds: 2_500)
        #expect(play.record?.state == .draining && play.next() == 4)
        play.pass(milliseconds: 1_500)
        #expect(play.world.redis.text(play.world.keys.generation) == World.generationText)
        play.pass(milliseconds: 1_000)
        #expect(play.next() == 8 && !lane.hasEnded)
    }

    @Test func `the lane of a build lifts no drain`() {
        let play = Play()
        let lane = play.lane([0]) { $0.role = .build }
        play.raise(lane, [100])
        play.append(4)
        play.pass(milliseconds: 1_500)
        #expect(play.next() == 4)
        play.drain(milliseconds: 1_000)
        play.pass(milliseconds: 5_000)
        #expect(play.record?.state == .draining)
    }

    @Test func `a drain that another one replaces in the moment of lifting stays`() {
        let (play, lane) = started()
        play.drain(milliseconds: 1_000)
        play.pass(milliseconds: 900)
        play.world.redis.beforeCommand = { name, _ in
            guard name == "MULTI" else { return }
            play.world.redis.beforeCommand = nil
            play.drain(milliseconds: 60_000)
        }
        play.pass(milliseconds: 3_000)
        #expect(play.record?.state == .draining)
        #expect(!lane.hasEnded)
    }

    @Test func `a lane that is stopped while it stands ends at once`() {
        let (play, lane) = started()
        play.append(4)
        play.drain(milliseconds: 60_000)
        play.pass(milliseconds: 1_000)
        lane.machine.stop(now: play.world.now)
        play.settle(lane, rounds: 4)
        #expect(lane.lane.outcome == .stopped)
        #expect(play.next() == 4)
    }

    // MARK: Moved

    @Test func `a generation that was moved is folded where it is, under the same consumer`() {
        let (play, lane) = started()
        play.other(in: 5)
        play.world.redis.swap(with: 5)
        play.append(4)
        play.pass(milliseconds: 2_000)
        // The live generation is another one, and the lane's own has no ceiling yet.
        #expect(play.next() == 4 && play.next(in: 5) == 4)
        play.raise(lane, [6])
        play.pass(milliseconds: 2_000)
        #expect(play.next() == 4 && play.next(in: 5) == 6)
        play.world.redis.swap(with: 5)
        play.pass(milliseconds: 3_000)
        #expect(play.next() == 8 && play.next(in: 5) == 4)
        #expect(play.world.state(0) == play.world.log.states[0][8])
        #expect(!lane.hasEnded && lane.kafka.given == [0] && lane.kafka.pending == nil)
        #expect(play.world.violations.isEmpty, "\(play.world.violations)")
    }

    @Test func `a transaction of unknown outcome is looked up where its generation is`() {
        let (play, lane) = started()
        // The other generation stands where this one was before the transaction.
        play.other(in: 5)
        play.append(4)
        lane.takeEvents(4)
        lane.write(.max)
        play.serve()
        #expect(play.next() == 8)
        lane.cut()
        play.world.redis.swap(with: 5)
        #expect(play.next() == 4)
        play.raise(lane, [8])
        play.pass(milliseconds: 3_000)
        let outcomes = lane.reports.compactMap { report -> Bool? in
            if case .outcomeResolved(_, let wasApplied) = report { wasApplied } else { nil }
        }
        #expect(outcomes == [true])
        #expect(play.next(in: 5) == 8)
        let rows = play.world.redis.within(5) { play.world.state(0) }
        #expect(rows == play.world.log.states[0][8])
    }

    @Test func `a swap between the reading of a checkpoint and its use writes nothing into the other generation`() {
        let (play, lane) = started()
        play.append(4)
        play.other(in: 5)
        lane.machine.reload(lane.slotOf[0] ?? 0)
        play.world.meanwhile = { play.world.redis.swap(with: 5) }
        play.pass(milliseconds: 2_000)
        #expect(play.next() == 4)
        play.raise(lane, [8])
        play.pass(milliseconds: 2_000)
        #expect(play.next() == 4 && play.next(in: 5) == 8)
    }

    @Test func `what status is told of a generation that has just moved says nothing of the one in its place`() {
        let (play, lane) = started()
        play.other(in: 5)
        play.world.redis.swap(with: 5)
        // The lane does not know yet.
        lane.machine.refused(lane.slotOf[0] ?? 0, "no right")
        lane.move()
        lane.write(.max)
        play.serve()
        guard case .hash(let fields)? = play.world.redis.data[play.world.keys.about] else {
            Issue.record("nothing was noted")
            return
        }
        #expect(fields[About.state("00000001", "t", 0)] == Array("refused no right".utf8))
        #expect(fields[About.state("00000002", "t", 0)] == nil)
        #expect(fields.keys.allSatisfy { $0.contains(":00000001:") })
    }

    @Test func `damage that was found before a move is recorded where its generation is`() {
        let (play, lane) = started()
        play.world.isSpoilt = true
        play.world.redis.write("row:0:k1", .string(Array("mine".utf8)))
        play.append(4)
        lane.takeEvents(4)
        lane.write(.max)
        play.serve()
        play.other(in: 5)
        play.world.redis.swap(with: 5)
        lane.read(.max)
        play.pass(milliseconds: 3_000)
        #expect(play.isHalted(lane)?.code == .damaged)
        let isRecorded = play.world.redis.within(5) { play.world.hasDamage(0) }
        #expect(isRecorded)
    }

    @Test func `a generation that no database has ends its lane`() {
        let (play, lane) = started()
        play.other(in: 5)
        play.world.redis.swap(with: 5)
        play.world.redis.within(5) { play.world.redis.write(play.world.keys.generation, nil) }
        play.append(4)
        play.pass(milliseconds: 2_000)
        guard case .generationChanged(let found)? = lane.lane.outcome else {
            Issue.record("the lane goes on")
            return
        }
        #expect(found?.contains("id=00000002") == true)
        #expect(play.next() == 4)
    }

    @Test func `while nobody can say where the generation is, it is asked for again`() {
        let (play, lane) = started()
        lane.services.isLost = true
        play.other(in: 5)
        play.world.redis.swap(with: 5)
        play.append(4)
        play.pass(milliseconds: 5_000)
        #expect(!lane.hasEnded && play.next() == 4 && play.next(in: 5) == 4)
        lane.services.isLost = false
        play.pass(milliseconds: 20_000)
        play.raise(lane, [8])
        play.pass(milliseconds: 2_000)
        #expect(play.next(in: 5) == 8 && play.next() == 4)
    }
}
