import Projections
import Records
import Testing

@testable import Worker

/// Events whose schema is not here yet.
@Suite struct `Interleavings: schemas` {
    private func state(_ play: Play, _ lane: SimulatedLane, _ partition: Int) -> String? {
        guard case .hash(let fields)? = play.world.redis.data[play.world.keys.about] else { return nil }
        let field = About.state(lane.machine.settings.generationIdentifier, "t", Int32(partition))
        return fields[field].map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `while a schema is fetched only its partition waits, and says what it waits for`() {
        var isHere = false
        let schemas = LateSchemas { isHere }
        let play = Play(partitions: 2)
        // The first five events of partition 0 have a schema that is here.
        isHere = true
        for offset in 0..<5 { _ = schemas.isHere(of: 0, Int64(offset)) }
        for offset in 0..<20 { _ = schemas.isHere(of: 1, Int64(offset)) }
        isHere = false
        play.append(8, partition: 0)
        play.append(12, partition: 1)
        let lane = play.lane([0, 1], projector: LateProjector(play.world.plan, schemas))
        play.settle(lane)
        play.pass(milliseconds: 3_000)
        #expect(play.next(0) == 5)
        #expect(play.next(1) == 12)
        #expect(state(play, lane, 0) == "refused the registry is away")
        #expect(schemas.waits > 1 && schemas.waits < 30, "asked again, less and less often")
        play.append(1, partition: 1)
        play.pass(milliseconds: 1_000)
        #expect(play.next(1) == 13, "the others go on")
        isHere = true
        play.pass(milliseconds: 15_000)
        #expect(play.next(0) == 8)
        #expect(state(play, lane, 0) == "projecting")
        #expect(play.isHalted(lane) == nil)
    }

    @Test func `a range that is folded once more waits for its schemas too`() {
        let schemas = LateSchemas { true }
        let play = Play()
        play.append(4)
        let first = play.lane([0], projector: LateProjector(play.world.plan, schemas))
        play.settle(first)
        #expect(play.next() == 4)
        play.append(3)
        first.takeEvents(50)
        first.write(.max)
        play.serve()
        // Its reply was never read: the next owner folds 4…7 once more, without the schemas at first.
        play.crash(first)
        var isHere = false
        let later = LateSchemas { isHere }
        let second = play.lane([0], projector: LateProjector(play.world.plan, later))
        play.settle(second)
        play.pass(milliseconds: 1_000)
        let waited = later.waits
        isHere = true
        play.append(1)
        play.pass(milliseconds: 15_000)
        #expect(waited > 0)
        #expect(play.next() == 8)
        #expect(play.isHalted(second) == nil)
        let sum = (0..<4).compactMap { play.sum($0) }.reduce(0, +)
        #expect(sum == 17)
    }
}
