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

    /// A partition whose events from 5 on wait, with a pause of many seconds.
    private func waiting(until isHere: @escaping () -> Bool) -> (play: Play, lane: SimulatedLane, schemas: LateSchemas)
    {
        var isFirst = true
        let schemas = LateSchemas { isFirst || isHere() }
        let play = Play(partitions: 2)
        for offset in 0..<5 { _ = schemas.isHere(of: 0, Int64(offset)) }
        for offset in 0..<20 { _ = schemas.isHere(of: 1, Int64(offset)) }
        isFirst = false
        play.append(8, partition: 0)
        play.append(12, partition: 1)
        let lane = play.lane([0, 1], projector: LateProjector(play.world.plan, schemas))
        play.settle(lane)
        return (play, lane, schemas)
    }

    @Test func `while a schema is fetched only its partition waits, and says what it waits for`() {
        var isHere = false
        let (play, lane, schemas) = waiting { isHere }
        play.pass(milliseconds: 3_000)
        #expect(play.next(0) == 5)
        #expect(play.next(1) == 12)
        #expect(state(play, lane, 0) == "refused the registry is away")
        #expect(schemas.waits > 1 && schemas.waits < 3 * 30, "three events ask again, less and less often")
        play.append(1, partition: 1)
        play.pass(milliseconds: 1_000)
        #expect(play.next(1) == 13, "the others go on")
        isHere = true
        play.pass(milliseconds: 15_000)
        #expect(play.next(0) == 8)
        #expect(state(play, lane, 0) == "projecting")
        #expect(play.isHalted(lane) == nil)
    }

    @Test func `a schema that has come is used at once, not after the pause`() {
        var isHere = false
        let (play, lane, schemas) = waiting { isHere }
        play.pass(milliseconds: 30_000)
        let waits = schemas.waits
        // Somewhere in a pause of five seconds and more.
        play.pass(milliseconds: 300)
        #expect(schemas.waits == waits)
        isHere = true
        lane.lane.control.schemasChanged()
        play.pass(milliseconds: 200)
        #expect(play.next(0) == 8)
        #expect(play.isHalted(lane) == nil)
    }

    @Test func `with the schema that is waited for those of the next events are asked for`() {
        var isHere = false
        let schemas = LateSchemas { isHere }
        let play = Play()
        play.append(20)
        let lane = play.lane([0], projector: LateProjector(play.world.plan, schemas))
        play.settle(lane)
        #expect(schemas.asked == [[0, 0], [0, 1], [0, 2], [0, 3]])
        #expect(play.next() == 0)
        isHere = true
        play.pass(milliseconds: 15_000)
        #expect(play.next() == 20)
        #expect(play.isHalted(lane) == nil)
    }

    @Test func `a range that is folded once more waits for its schemas too, and all of its rows are looked at`() {
        let play = Play()
        play.world.isSpoilt = true
        let schemas = LateSchemas { true }
        play.append(4)
        let first = play.lane([0], projector: LateProjector(play.world.plan, schemas))
        play.settle(first)
        #expect(play.next() == 4)
        play.append(3)
        first.takeEvents(50)
        first.write(.max)
        play.serve()
        // Its reply was never read: the next owner folds 4…7 once more. The schema of 4 is there, that of 5 and 6 is not, and
        // one of their rows alone was damaged by that transaction.
        play.crash(first)
        #expect(play.next() == 7)
        play.world.redis.write("row:0:k2", .string(Array("mine".utf8)))
        var isHere = false
        let later = LateSchemas { isHere }
        isHere = true
        #expect(later.isHere(of: 0, 4))
        isHere = false
        let second = play.lane([0], projector: LateProjector(play.world.plan, later))
        play.settle(second)
        // Nothing comes behind it that would wait for the same schema, and begin the replay again.
        play.pass(milliseconds: 5_000)
        // Neither bad nor skipped: nothing is parked, folding has not begun, and nothing is confirmed.
        #expect(later.waits > 1)
        #expect(state(play, second, 0) == "refused the registry is away")
        #expect(play.world.checkpoint(0)?.next == 7 && play.world.checkpoint(0)?.confirmed == 4)
        #expect(play.world.parked(0).isEmpty)
        #expect(play.isHalted(second) == nil)
        isHere = true
        play.pass(milliseconds: 15_000)
        #expect(play.isHalted(second)?.code == .damaged)
        #expect(play.isHalted(second)?.message.contains("row:0:k2") == true, "\(play.isHalted(second)?.message ?? "")")
        #expect(play.next() == 7)
    }

    @Test func `a range that is folded once more goes on when its schemas have come`() {
        let play = Play()
        let schemas = LateSchemas { true }
        play.append(4)
        let first = play.lane([0], projector: LateProjector(play.world.plan, schemas))
        play.settle(first)
        play.append(3)
        first.takeEvents(50)
        first.write(.max)
        play.serve()
        play.crash(first)
        var isHere = false
        let later = LateSchemas { isHere }
        let second = play.lane([0], projector: LateProjector(play.world.plan, later))
        play.settle(second)
        play.append(1)
        play.pass(milliseconds: 1_000)
        #expect(later.waits > 0)
        #expect(play.next() == 7)
        isHere = true
        play.pass(milliseconds: 15_000)
        #expect(play.next() == 8)
        #expect(play.isHalted(second) == nil)
        #expect((0..<4).compactMap { play.sum($0) }.reduce(0, +) == 17)
    }

    // MARK: Parked events

    /// A bad event and one that waits behind it, parked; the lane now has another process's schemas, which lack theirs.
    private func parked(until isHere: @escaping () -> Bool) -> (play: Play, lane: SimulatedLane) {
        let play = Play()
        play.world.isSpoilt = true
        let first = play.lane([0])
        play.world.log.append(0, row: 1, number: 5, isBad: true)
        play.world.log.append(0, row: 1, number: 6)
        play.pass(milliseconds: 3_000)
        play.crash(first)
        let schemas = LateSchemas { isHere() }
        let lane = play.lane([0], projector: LateProjector(play.world.plan, schemas))
        play.pass(milliseconds: 1_000)
        return (play, lane)
    }

    private let good = Array("{\"n\":7}".utf8)

    @Test func `a parked event whose schema is awaited can be neither edited nor released, and stays as it is`() {
        var isHere = false
        let (play, lane) = parked { isHere }
        let keys = play.world.keys
        let names = [keys.parked("t", 0), keys.parkedIndex("t", 0)]
        let before = names.map { play.world.redis.data[$0] }
        #expect(play.world.parked(0).map(\.offset) == [0, 1])
        play.ask(.retry, 0)
        play.pass(milliseconds: 3_000)
        #expect(play.answer() == "0 released; offset 0 waits: the registry is away")
        #expect(names.map { play.world.redis.data[$0] } == before)
        play.ask(.edit(good), 0, as: "e")
        play.pass(milliseconds: 3_000)
        #expect(
            play.answer("e")
                == "failed: offset 0 cannot be judged until its schema is here: the registry is away. Then edit it again"
        )
        #expect(play.decision(0) == nil)
        #expect(play.waiting(0) == nil)
        #expect(names.map { play.world.redis.data[$0] } == before)
        isHere = true
        play.ask(.edit(good), 0, as: "f")
        play.pass(milliseconds: 3_000)
        #expect(play.answer("f") == "done: 2 released")
        #expect(play.sum(1) == 13)
        #expect(play.isHalted(lane) == nil)
    }

    @Test func `the event at which it halted is edited only when its schema is here`() {
        var isHere = true
        let play = Play(world: World(seed: 1, partitions: 1, plan: World.plan(onError: "halt")))
        play.world.isSpoilt = true
        // Each event asks again: what was known is not.
        let lane = play.lane([0], projector: ForgetfulProjector(play.world.plan) { isHere })
        play.append(1)
        play.world.log.append(0, row: 1, number: 5, isBad: true)
        play.settle(lane)
        #expect(play.isHalted(lane)?.code == .badEvent)
        isHere = false
        play.ask(.edit(good), 1)
        play.pass(milliseconds: 3_000)
        #expect(play.answer()?.hasPrefix("failed: offset 1 cannot be judged until its schema is here: ") == true)
        #expect(play.decision(1) == nil)
        #expect(play.isHalted(lane)?.code == .badEvent)
        isHere = true
        play.ask(.edit(good), 1, as: "f")
        play.pass(milliseconds: 3_000)
        #expect(play.answer("f") == "done: the partition continues")
        #expect(play.next() == 2)
    }
}
