import Testing

@testable import Worker

@Suite struct `Interleavings: a build and the live checkpoints` {
    private func build(partitions: Int = 1, world: World? = nil) -> (play: Play, lane: SimulatedLane) {
        let play = Play(partitions: partitions, world: world)
        return (play, play.lane(Array(0..<partitions)) { $0.role = .build })
    }

    @Test func `a build folds up to the live checkpoint exactly, and on when that rises`() {
        let (play, lane) = build()
        play.append(12)
        for ceiling in [5, 6, 11] as [Int64] {
            play.raise(lane, [ceiling])
            play.pass(milliseconds: 3_000)
            #expect(play.next() == ceiling)
            #expect(play.world.state(0) == play.world.log.states[0][Int(ceiling)])
        }
        #expect(play.world.violations.isEmpty, "\(play.world.violations)")
    }

    @Test func `a partition of a build without a ceiling is not read`() {
        let (play, lane) = build(partitions: 2)
        play.append(4)
        play.append(4, partition: 1)
        play.pass(milliseconds: 3_000)
        #expect(play.next() == 0 && play.next(1) == 0)
        play.raise(lane, [4])
        play.pass(milliseconds: 3_000)
        #expect(play.next() == 4 && play.next(1) == 0)
    }

    @Test func `a partition at its ceiling does not hold up the others`() {
        let (play, lane) = build(partitions: 2)
        play.append(8)
        play.append(8, partition: 1)
        play.raise(lane, [3, 8])
        play.pass(milliseconds: 3_000)
        #expect(play.next() == 3 && play.next(1) == 8)
    }

    @Test func `transaction markers below the live checkpoint are passed, and none above it`() {
        let (play, lane) = build()
        play.append(3)
        play.world.log.appendMarker(0)
        play.world.log.appendMarker(0)
        play.raise(lane, [4])
        play.pass(milliseconds: 3_000)
        #expect(play.next() == 4)
        play.append(3)
        play.raise(lane, [5])
        play.pass(milliseconds: 3_000)
        #expect(play.next() == 5)
        play.raise(lane, [8])
        play.pass(milliseconds: 3_000)
        #expect(play.next() == 8)
        #expect(play.world.state(0) == play.world.log.states[0][8])
    }

    @Test func `what was read ahead of a ceiling is read again when it rises`() {
        let (play, lane) = build()
        play.append(20)
        play.raise(lane, [2])
        lane.takeEvents(20)
        play.settle(lane, rounds: 3)
        lane.takeEvents(20)
        // The rest is fetched, and in the lane's hands, when the ceiling rises.
        play.raise(lane, [15])
        play.pass(milliseconds: 3_000)
        #expect(play.next() == 15)
        #expect(play.world.state(0) == play.world.log.states[0][15])
    }

    @Test func `a build sends no dead letters`() {
        let (play, lane) = build(world: World(seed: 1, partitions: 1, plan: World.plan(onError: "{ dead-letter: d }")))
        play.world.isSpoilt = true
        play.append(2)
        play.world.log.append(0, row: 1, number: 3, isBad: true)
        play.append(2)
        play.raise(lane, [5])
        play.pass(milliseconds: 3_000)
        #expect(play.next() == 5)
        #expect(play.world.delivered.isEmpty)
    }

    @Test func `a live lane has no ceiling`() {
        let play = Play()
        let lane = play.lane([0])
        play.raise(lane, [2])
        play.append(4)
        play.pass(milliseconds: 3_000)
        #expect(play.next() == 4)
    }
}
