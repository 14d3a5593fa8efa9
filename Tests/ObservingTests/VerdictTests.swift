import Records
import Testing

@testable import Observing

@Suite struct `The verdict` {
    private func codes(_ verdict: Verdict) -> [String] { verdict.findings.map(\.code.rawValue) }

    @Test func `of a projection that is well is ok`() {
        let verdict = Scene().verdict()
        #expect(verdict.level == .ok && verdict.findings.isEmpty, "\(verdict.findings)")
        #expect(verdict.text == "ok: all is well\n")
        #expect(Health.health(verdict) == Health.Answer(200, "ok: all is well\n"))
    }

    @Test func `Redis that is away fails, and nothing is said of what it told before`() {
        var scene = Scene()
        scene.blocked = "an old story"
        scene.model.redis = RedisStatus(isUp: false)
        scene.model.redis.reason = "connection refused"
        scene.model.redis.since = Scene.now - 3_000
        let verdict = scene.verdict()
        #expect(codes(verdict) == ["redis-away"] && verdict.level == .failing)
        #expect(verdict.findings[0].since == Scene.now - 3_000)
        #expect(verdict.findings[0].what.contains("connection refused"))
        #expect(Health.health(verdict).status == 503)
    }

    @Test func `Kafka that is away fails; before it was asked nothing is said`() {
        var scene = Scene()
        scene.model.kafka = KafkaStatus(isUp: false)
        scene.model.kafka.reason = "no broker replied"
        #expect(codes(scene.verdict()) == ["kafka-away"])
        scene.model.kafka = KafkaStatus()
        #expect(scene.verdict().level == .ok)
    }

    @Test func `what was read too long ago is unknown, never ok`() {
        let scene = Scene()
        #expect(scene.verdict(at: Scene.now + Verdict.patience).level == .ok)
        let verdict = scene.verdict(at: Scene.now + Verdict.patience + 1)
        #expect(codes(verdict) == ["unknown"] && verdict.level == .failing)
    }

    @Test func `a lane that stands still fails, unless it is known what it waits for`() {
        var scene = Scene()
        var projection = ProjectionFigures(name: "orders")
        projection.state = .running
        projection.lanes = [LaneFigures(lane: 1, tickedAt: Scene.now - Verdict.patience - 1)]
        scene.process.projections = [projection]
        let verdict = scene.verdict()
        #expect(codes(verdict) == ["lane-stuck"] && verdict.findings[0].what.contains("lane 1 of projection orders"))
        scene.process.projections[0].lanes[0].wait = "Kafka"
        #expect(scene.verdict().level == .ok)
    }

    @Test func `an obstacle, and a topic that Kafka refuses, fail with their words`() {
        var scene = Scene()
        scene.blocked = "Redis already holds order:1"
        #expect(codes(scene.verdict()) == ["obstacle"])
        #expect(scene.verdict().findings[0].what.contains("Redis already holds order:1"))
        scene.blocked = nil
        scene.logs["orders"] = .refused("topic orders does not exist")
        #expect(scene.verdict().findings.first?.what.contains("topic orders does not exist") == true)
    }

    @Test func `a damaged and a halted partition fail, each with its reason`() {
        var scene = Scene()
        scene.partitions[0].damage = "order:7: WRONGTYPE"
        scene.partitions[1].note = "halted bad-event: orders-1@42: no number"
        let verdict = scene.verdict()
        #expect(codes(verdict) == ["damaged", "halted"])
        #expect(verdict.findings[0].what.contains("order:7: WRONGTYPE"))
        #expect(verdict.findings[1].what.contains("orders-1@42: no number"))
        #expect(verdict.findings.allSatisfy { !$0.action.isEmpty && $0.level == .failing })
    }

    @Test func `a partition that is refused, and one whose checkpoint is gone, fail`() {
        var scene = Scene()
        scene.partitions[0].note = "refused the dead letter was not delivered"
        scene.partitions[1].next = nil
        #expect(codes(scene.verdict()) == ["missing", "refused"])
    }

    @Test func `nobody folds what is live if no worker has its definition, or none runs`() {
        var scene = Scene()
        scene.entry.projections[0].fingerprint = "another"
        let verdict = scene.verdict()
        #expect(codes(verdict) == ["nobody-folds"] && verdict.findings[0].what.contains("generation 3"))
        scene.entry = WorkerEntry(id: "w1")
        #expect(codes(scene.verdict()) == ["nobody-folds"])
        // An entry that is not renewed is that of a worker that died.
        scene = Scene()
        scene.entry.stamp = Scene.now - WorkerEntry.lifetime - 1
        #expect(codes(scene.verdict()) == ["nobody-folds"])
    }

    @Test func `a partition without an owner fails once a rebalance would have ended`() {
        var scene = Scene()
        scene.entry.projections[0].partitions.removeLast()
        var memory = StatusMemory()
        memory.take(scene.read())
        #expect(memory.status(scene.process, now: Scene.now).verdict?.level == .ok)
        var later = scene
        later.model.at = Scene.now + Verdict.handover
        memory.take(later.read())
        let verdict = memory.status(scene.process, now: Scene.now + Verdict.handover).verdict
        #expect(verdict?.findings.map(\.code) == [.unowned])
        #expect(verdict?.findings.first?.subject == "orders orders-1" && verdict?.findings.first?.since == Scene.now)
    }

    @Test func `parked events and a Redis that is nearly full are degraded, not failing`() {
        var scene = Scene()
        scene.partitions[0].parked = 3
        scene.model.redis.memoryBytes = 851
        let verdict = scene.verdict()
        #expect(codes(verdict) == ["parked", "redis-memory"] && verdict.level == .degraded)
        #expect(Health.health(verdict).status == 200)
    }

    @Test func `a finding keeps the time at which it was first seen, and the worst comes first`() {
        var scene = Scene()
        scene.partitions[0].parked = 3
        let first = scene.verdict()
        scene.blocked = "no"
        let second = scene.verdict(at: Scene.now + 5_000, before: first)
        #expect(codes(second) == ["obstacle", "parked"])
        #expect(second.findings.map(\.since) == [Scene.now + 5_000, Scene.now])
    }
}
