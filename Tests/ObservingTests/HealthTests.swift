import Records
import Testing

@testable import Observing

@Suite struct `Liveness and readiness` {
    private func process(_ change: (inout ProjectionFigures) -> Void) -> ProcessFigures {
        var projection = ProjectionFigures(name: "orders")
        projection.state = .running
        projection.hasRun = true
        var lane = LaneFigures(lane: 0, tickedAt: Scene.now)
        lane.hasJoined = true
        projection.lanes = [lane]
        change(&projection)
        var process = ProcessFigures(version: "1.0", startedAt: 0)
        process.projections = [projection]
        return process
    }

    @Test func `only a lane that stands still for half a minute without a reason ends a process`() {
        let stuck = process { $0.lanes[0].tickedAt = Scene.now - Health.stuckAfter - 1 }
        #expect(Health.live(stuck, now: Scene.now).status == 503)
        #expect(Health.live(stuck, now: Scene.now).text.contains("lane 0 of projection orders"))
        #expect(Health.live(process { _ in }, now: Scene.now).status == 200)
        var waiting = stuck
        waiting.projections[0].lanes[0].wait = "Redis"
        #expect(Health.live(waiting, now: Scene.now).status == 200)
        var ended = stuck
        ended.projections[0].state = .ended
        #expect(Health.live(ended, now: Scene.now).status == 200)
        #expect(Health.live(ProcessFigures(version: "", startedAt: 0), now: Scene.now).status == 200)
    }

    @Test func `ready is who has joined, who has nothing to do, and who waits for what was reached once`() {
        #expect(Health.ready(process { _ in }).status == 200)
        #expect(Health.ready(process { $0.state = .idle }).status == 200)
        #expect(Health.ready(process { $0.state = .blocked }).status == 200)
        let joining = process { $0.lanes[0].hasJoined = false }
        #expect(Health.ready(joining).status == 503)
        let blocked = process {
            $0.state = .blocked
            $0.hasRun = false
            $0.reason = "no topic"
        }
        #expect(Health.ready(blocked) == Health.Answer(503, "projection orders cannot start: no topic\n"))
        let starting = process {
            $0.state = .starting
            $0.hasRun = false
            $0.lanes = []
        }
        #expect(Health.ready(starting).status == 503)
    }

    @Test func `a halted or damaged partition is ready: the rollout may bring its cure`() {
        let halted = process {
            var partition = PartitionFigures(topic: "orders", partition: 0)
            partition.haltCode = "damaged"
            $0.lanes[0].partitions = [partition]
        }
        #expect(Health.ready(halted).status == 200)
    }
}
