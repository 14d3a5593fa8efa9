import FoundationEssentials
import Testing

@testable import Worker

@Suite struct `The lane under random faults` {
    /// `LANTERN_LONG=1` runs more.
    static let seeds: Range<UInt64> = 0..<(ProcessInfo.processInfo.environment["LANTERN_LONG"] == "1" ? 2_000 : 60)

    /// Seeds from here on are those of runs with promotions.
    static let firstPromoting: UInt64 = 20_000_000

    /// Runs all seeds from `first` on, up to the first one in which something is found, which it names.
    private func expectNothing(from first: UInt64, _ make: (_ seed: UInt64) -> Simulation) {
        for seed in Self.seeds {
            if let found = make(first + seed).run(steps: 300).first {
                Issue.record("seed \(first + seed): \(found)")
                return
            }
        }
        #expect(!Self.seeds.isEmpty)
    }

    @Test(arguments: 0..<8)
    func `views and checkpoints are one state at each EXEC, and everything comes to its end`(part: UInt64) {
        expectNothing(from: part * 1_000_000) { Simulation(seed: $0) }
    }

    @Test(arguments: 0..<2)
    func `generations that are drained, moved and moved back lose nothing and double nothing`(part: UInt64) {
        expectNothing(from: Self.firstPromoting + part * 1_000_000) { Simulation(seed: $0, promotes: true) }
    }

    @Test(arguments: 0..<2)
    func `events that wait for their schemas are folded once, and in their order`(part: UInt64) {
        expectNothing(from: 30_000_000 + part * 1_000_000) { Simulation(seed: $0, awaitsSchemas: true) }
    }

    @Test(arguments: 0..<2)
    func `readers are told of exactly the rows that change`(part: UInt64) {
        expectNothing(from: 40_000_000 + part * 1_000_000) { Simulation(seed: $0, announces: true) }
    }

    @Test(arguments: Plant.ofNotices)
    func `names of rows that are too few or too many turn the simulation red`(plant: Plant) throws {
        let red = try #require(
            (0..<100 as Range<UInt64>).first {
                Simulation(seed: $0, announces: true, plant: plant).run(steps: 300).contains { $0.contains("name") }
            }, "\(plant)")
        #expect(Simulation(seed: red, announces: true).run(steps: 300) == [], "seed \(red) without it")
    }

    @Test(arguments: [
        4_000_162, 5_000_297, 1_000_403, 4_000_422, 7_000_083, 1_001_630, 3_001_304, 5_000_610, 6_001_000, 7_000_154,
    ])
    func `seeds that were red once`(seed: UInt64) {
        #expect(Simulation(seed: seed, promotes: seed >= Self.firstPromoting).run(steps: 300) == [])
    }

    @Test(arguments: Plant.allCases.filter { !Plant.ofNotices.contains($0) })
    func `mistakes in the layer on librdkafka turn the simulation red`(plant: Plant) {
        let red = (0..<3_000 as Range<UInt64>).first { !Simulation(seed: $0, plant: plant).run(steps: 300).isEmpty }
        #expect(red != nil, "\(plant)")
        #expect(Simulation(seed: red ?? 0).run(steps: 300) == [], "seed \(red ?? 0) without it")
    }

    @Test func `a fence that compares nothing turns the simulation red`() {
        let red = (0..<1_000 as Range<UInt64>).first {
            !Simulation(seed: $0, isHarsh: true, comparesCheckpoints: false).run(steps: 300).isEmpty
        }
        #expect(red != nil)
        for seed in 0...(red ?? 0) {
            #expect(Simulation(seed: seed, isHarsh: true).run(steps: 300) == [], "seed \(seed), comparing")
        }
    }

}
