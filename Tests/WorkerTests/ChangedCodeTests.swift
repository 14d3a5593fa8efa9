import Projections
import Records
import Testing

@testable import Worker

/// The anchor of a projection in code also says what an event changed: a version that was not raised shows at the next start.
@Suite struct ChangedCodeTests {
    private let world = World(seed: 1, partitions: 2)

    private func append(_ count: Int) {
        for index in 0..<count { world.log.append(index % 2, row: index % 4, number: index) }
    }

    /// Runs a lane until nothing moves any more.
    private func run(_ projector: any Projector, stops: Bool = true) -> SimulatedLane {
        let lane = SimulatedLane(world: world, writer: "w\(world.executions)", projector: projector)
        lane.assign([0, 1])
        for turn in 0..<60 {
            if turn == 40, stops { lane.machine.stop(now: world.now) }
            world.now += 200
            while lane.services.answerInspection() {}
            lane.takeEvents(50)
            lane.write(.max)
            for client in world.clients { while world.redis.step(client) {} }
            lane.read(.max)
        }
        world.clients.removeAll()
        return lane
    }

    private func halts(_ lane: SimulatedLane) -> [HaltReason] {
        lane.reports.compactMap { if case .halted(_, let reason) = $0 { reason } else { nil } }
    }

    @Test(arguments: [true, false])
    func `changed code under the same version halts before it writes anything`(stops: Bool) {
        append(9)
        #expect(halts(run(CodeProjector(world.plan), stops: stops)).isEmpty)
        let before = world.redis.data.filter { !$0.key.hasSuffix(":about") }
        #expect(world.checkpoint(0)?.changes != nil && world.checkpoint(0)?.next == 5)
        append(4)
        let found = halts(run(CodeProjector(world.plan, doesNothing: true)))
        #expect(found.count == 2 && found.allSatisfy { $0.code == .codeChanged })
        #expect(found.first?.message.contains("version 1: its code now makes other changes from t-") == true)
        #expect(found.first?.message.contains("raise `version`") == true)
        #expect(world.redis.data.filter { !$0.key.hasSuffix(":about") } == before)
        #expect(world.violations == [])
    }

    @Test func `the same code continues`() {
        append(9)
        _ = run(CodeProjector(world.plan))
        append(4)
        #expect(halts(run(CodeProjector(world.plan))).isEmpty)
        #expect(world.checkpoint(0)?.next == world.log.end(0) && world.checkpoint(1)?.next == world.log.end(1))
        #expect(world.violations == [])
    }

    @Test func `an event whose schema is awaited proves nothing, until it is here`() {
        append(9)
        _ = run(CodeProjector(world.plan))
        append(4)
        var isHere = false
        let lane = run(ForgetfulProjector(world.plan, isCode: true) { isHere }, stops: false)
        #expect(halts(lane).isEmpty)
        #expect(world.checkpoint(0)?.next == 5 && world.checkpoint(1)?.next == 4)
        isHere = true
        #expect(halts(run(ForgetfulProjector(world.plan, isCode: true) { isHere })).isEmpty)
        #expect(world.checkpoint(0)?.next == world.log.end(0) && world.checkpoint(1)?.next == world.log.end(1))
        #expect(world.violations == [])
    }

    @Test func `an event that the log has lost proves nothing`() {
        append(9)
        _ = run(CodeProjector(world.plan))
        world.log.low = [5, 4]
        #expect(halts(run(CodeProjector(world.plan, doesNothing: true))).isEmpty)
    }

    @Test func `another log is reported, whatever the code makes of it`() {
        append(9)
        _ = run(CodeProjector(world.plan))
        world.recreations = 1
        let found = halts(run(CodeProjector(world.plan, doesNothing: true)))
        #expect(found.count == 2 && found.allSatisfy { $0.code == .logTruncated })
    }

    @Test func `the YAML form writes no such hash`() {
        append(9)
        let lane = SimulatedLane(world: world, writer: "yaml")
        let isCode = lane.machine.fold.isDefinedInCode
        #expect(!isCode)
        _ = run(lane.machine.projector)
        #expect(world.checkpoint(0)?.next == 5 && world.checkpoint(0)?.changes == nil)
    }
}
