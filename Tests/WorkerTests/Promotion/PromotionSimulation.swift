import Bytes
import FoundationEssentials
import Records
import Testing

@testable import Worker

/// Promotions and ways back one after the other, on a server that fails over, with promoters that die, connections that
/// break with transactions on them, and workers of both generations all the while.
final class PromotionSimulation {
    private let stage: PromotionStage
    private var random: SplitMix64
    private var writers: [ModelWriter]
    private var promoters: [ModelPromoter] = []
    private var snapshots: [[Int: [String: ModelRedis.Value]]] = []
    private var started = 0
    private(set) var swaps = 0
    private(set) var failovers = 0

    init(seed: UInt64, plant: ModelWriter.Plant? = nil) {
        random = SplitMix64(seed: seed)
        stage = PromotionStage(buildNext: Int64.random(in: 0...3, using: &random))
        writers = stage.writers(plant: plant)
    }

    private func chance(_ one: Int, in all: Int) -> Bool { Int.random(in: 0..<all, using: &random) < one }

    /// What was wrong, after all faults have ended and everybody had time to go on.
    func run(steps: Int = 2_500) -> [String] {
        for _ in 0..<steps where stage.violations.isEmpty { step() }
        for promoter in promoters { promoter.isUnreachable = false }
        stage.redis.refusal = nil
        stage.play(promoters, writers, rounds: 30_000)
        for promoter in promoters { judge(promoter) }
        for client in stage.clients { while stage.redis.step(client) {} }
        stage.expectProgress(writers)
        return stage.violations
    }

    private func step() {
        stage.now += Int64.random(in: 0...2, using: &random)
        switch Int.random(in: 0..<1_000, using: &random) {
        case 0..<4: stage.logEnd += 1
        case 4..<8: begin()
        case 8: promoters.randomElement(using: &random)?.kill()
        case 9: promoters.randomElement(using: &random)?.cut()
        case 10: writers.randomElement(using: &random)?.cut(isSent: chance(1, in: 2))
        case 11..<60:
            // What those who have gone had sent comes late.
            if let client = stage.clients.filter(\.hasCommands).randomElement(using: &random) {
                _ = stage.redis.step(client)
            }
        case 60 where chance(1, in: 4): stage.now += 10_000
        case 61: snapshots.append(stage.redis.databases)
        case 62 where chance(1, in: 4): failOver()
        case 63: stage.redis.refusal = chance(1, in: 3) ? "OOM command not allowed" : nil
        case 64: promoters.randomElement(using: &random)?.isUnreachable.toggle()
        case 65..<400: promoters.randomElement(using: &random)?.step()
        default: writers.randomElement(using: &random)?.step()
        }
    }

    private func begin() {
        guard promoters.count(where: { !$0.isFinished }) < 2 else { return }
        for promoter in promoters where promoter.isFinished { judge(promoter) }
        promoters.removeAll(where: \.isFinished)
        started += 1
        let isForward = chance(9, in: 10) == stage.isAsBefore
        promoters.append(
            ModelPromoter(stage, isForward ? stage.subject : stage.reverse, token: "\(started)"))
    }

    /// One that reports an exchange has a line in the history, which moves with nothing but a failover.
    private func judge(_ promoter: ModelPromoter) {
        guard case .swapped? = promoter.outcome else { return }
        swaps += 1
        guard failovers == 0, !stage.history.contains(where: { $0.hasSuffix("promoted by \(promoter.token)") }) else {
            return
        }
        stage.violation("promoter \(promoter.token) reports an exchange that the history does not have")
    }

    private func failOver() {
        guard let snapshot = snapshots.randomElement(using: &random) else { return }
        failovers += 1
        stage.failOver(to: snapshot)
        for promoter in promoters { promoter.cut() }
        for writer in writers { writer.cut() }
    }
}

@Suite struct `Promotions under random faults` {
    private static var isLong: Bool { ProcessInfo.processInfo.environment["LANTERN_LONG"] != nil }

    @Test func `readers see one generation whole at each moment, and everything comes to its end`() {
        var swaps = 0
        var failovers = 0
        for seed in 0..<UInt64(Self.isLong ? 10_000 : 150) {
            let simulation = PromotionSimulation(seed: seed)
            let violations = simulation.run()
            #expect(violations == [], "seed \(seed)")
            swaps += simulation.swaps
            failovers += simulation.failovers
        }
        #expect(swaps > 100 && failovers > 30, "\(swaps) exchanges, \(failovers) failovers: too little happened")
    }

    @Test(arguments: [2_006]) func `seeds that were red once`(seed: UInt64) {
        #expect(PromotionSimulation(seed: seed).run() == [])
    }

    @Test(arguments: [ModelWriter.Plant.noCompare, .noStanding, .noDeadline])
    func `workers that do not compare, stand, or enforce the deadline turn it red`(plant: ModelWriter.Plant) {
        let isRed = (0..<UInt64(150)).contains { !PromotionSimulation(seed: $0, plant: plant).run().isEmpty }
        #expect(isRed)
    }
}
