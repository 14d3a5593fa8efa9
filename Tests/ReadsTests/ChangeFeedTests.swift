import Bytes
import Seeded
import Testing

@testable import Reads

/// Readers who are told of rows, with changes, gaps and slow reads in random order.
@Suite struct `Readers who are told` {
    /// One projection of ten rows and readers of some of them.
    private struct World {
        var random: SplitMix64
        var feed = ChangeFeed()
        var rows = [Int](repeating: 0, count: 10)
        var entry = 0
        var generation = 1
        var unlooked: Set<[UInt8]> = []
        var isGap = false
        var reading: [(work: ChangeFeed.Work, rows: [Int])] = []
        /// What each reader was told last, and what it has.
        var told: [Int: (rows: [Int], isDue: Bool)] = [:]
        var faults: [String] = []
        var resets = 0

        init(seed: UInt64) { random = SplitMix64(seed: seed) }

        static func key(_ row: Int) -> [UInt8] { [UInt8(row)] }

        mutating func change() {
            let row = random.below(10)
            rows[row] += 1
            entry += 1
            unlooked.insert(Self.key(row))
        }

        mutating func look() {
            guard feed.count > 0 else { return }
            let finding = ChangePoll.Finding(
                generation: "g\(generation)", entry: "\(entry)-0", keys: isGap ? [] : unlooked, isGap: isGap)
            feed.take(finding, of: 0)
            feed.start(missing: [])
            unlooked = []
            isGap = false
        }

        mutating func read() {
            for work in feed.takeWork() { reading.append((work, rows)) }
        }

        mutating func tell() {
            guard !reading.isEmpty else { return }
            let (work, rows) = reading.remove(at: random.below(reading.count))
            let isTold = random.chance(80)
            feed.finished(work, isTold: isTold)
            guard isTold else { return }
            if work.isReset { resets += 1 }
            if told[work.id] == nil, work.event != .snapshot { faults.append("\(work.id) began without a snapshot") }
            told[work.id] = (rows, false)
        }
    }

    @Test func `have the last state of their rows in the end, whatever happened on the way`() {
        var resets = 0
        for seed in UInt64(0)..<300 {
            var world = World(seed: seed)
            var keys: [Int: Set<[UInt8]>] = [:]
            var last = 0
            for _ in 0..<600 {
                switch world.random.below(10) {
                case 0 where keys.count < 6:
                    last += 1
                    keys[last] = Set((0..<3).map { _ in World.key(world.random.below(10)) })
                    world.feed.add(last, [0: keys[last] ?? []], resume: nil)
                case 1:
                    if let id = keys.keys.sorted().first, world.random.chance(20) {
                        keys[id] = nil
                        world.feed.remove(id)
                        world.told[id] = nil
                        world.reading.removeAll { $0.work.id == id }
                    }
                case 2...4: world.change()
                case 5: if world.random.chance(10) { (world.isGap, world.generation) = (true, world.generation + 1) }
                case 6: world.look()
                case 7: world.read()
                default: world.tell()
                }
            }
            for _ in 0..<200 {
                world.look()
                world.read()
                world.tell()
            }
            #expect(world.faults.isEmpty, "seed \(seed): \(world.faults)")
            for (id, wanted) in keys {
                let told = world.told[id]?.rows ?? []
                let isSame = wanted.allSatisfy {
                    told.indices.contains(Int($0[0])) && told[Int($0[0])] == world.rows[Int($0[0])]
                }
                #expect(isSame, "seed \(seed): reader \(id) has \(told) of \(world.rows)")
            }
            resets += world.resets
        }
        #expect(resets > 100)
    }

    @Test func `go on where they were, or are told that they cannot`() {
        var feed = ChangeFeed()
        let place = StreamPosition(generation: "g", entry: "5-0")
        feed.add(1, [0: [[1]]], resume: [place])
        feed.add(2, [0: [[1]]], resume: [place])
        feed.add(3, [0: [[1]]], resume: [])
        #expect(feed.resuming.map(\.id) == [1, 2])
        feed.take(.init(generation: "g", entry: "9-0", keys: [], isGap: false), of: 0)
        feed.start(missing: [2])
        let work = feed.takeWork()
        #expect(work.map(\.event) == [.rows, .snapshot, .snapshot] && work.map(\.isReset) == [false, true, true])
        #expect(work[0].position == "g.9-0" && feed.takeWork().isEmpty)
    }

    @Test(arguments: ["g.1-2", "1a2b3c4d.1767225600000-0"])
    func `have positions that are read as they are written`(text: String) {
        #expect(StreamPosition(text)?.text == text)
    }

    @Test(arguments: ["", "g", "g.1", "g.1-", ".1-2", "g.a-2", "g.1-2.3", "g.-1-2"])
    func `have no other positions`(text: String) {
        #expect(StreamPosition(text) == nil && StreamPosition.list("g.1-2,\(text)") == nil)
    }
}
