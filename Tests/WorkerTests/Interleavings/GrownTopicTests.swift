import Projections
import Records
import Testing

@testable import Worker

/// t-0 holds a key parked; t-1 was added since, and the key's newer events come there.
@Suite struct `Parked keys of a topic that grew` {
    private let play: Play
    private var world: World { play.world }

    init() {
        play = Play(partitions: 2)
        // What t-1's events change must not be parked by t-1's own index.
        world.redis.setField(world.keys.growth, "t", "2")
        world.redis.setField(world.keys.growth, "t:ends-before-1", "1")
        world.redis.setField(world.keys.growth, "t:added-1", "yes")
        world.isSpoilt = true
        world.log.append(0, row: 1, number: 1, isBad: true)
    }

    @Test func `the newer event waits, is refused first, and is released after the older one`() throws {
        let lane = play.lane([0, 1])
        play.settle(lane)
        #expect(world.parked(0).map(\.offset) == [0])
        play.crash(lane)
        world.log.append(1, row: 1, number: 2)
        world.log.append(1, row: 2, number: 3)
        let next = play.lane([0, 1])
        play.pass(milliseconds: 3_000)
        #expect(play.next(1) == 2)
        #expect(world.parked(1).map(\.offset) == [0])
        play.ask(.retry, 0, partition: 1)
        play.pass(milliseconds: 3_000)
        #expect(play.answer() == "failed: events of this key in t-0 are parked before it: retry those first")
        play.ask(.skip, 0, partition: 0)
        play.pass(milliseconds: 3_000)
        #expect(world.parked(0).isEmpty)
        play.ask(.retry, 0, partition: 1)
        play.pass(milliseconds: 3_000)
        #expect(play.answer() == "done: 1 released")
        #expect(world.parked(1).isEmpty)
        // Nothing holds the key back any more.
        world.log.append(1, row: 1, number: 4)
        play.pass(milliseconds: 3_000)
        #expect(play.next(1) == 3)
        #expect(world.parked(1).isEmpty)
        #expect(play.isHalted(next, 1) == nil)
    }
}
