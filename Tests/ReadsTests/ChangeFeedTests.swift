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

        var now: Int64 = 0

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
            let looks = feed.looks(now: now)
            guard looks.contains(where: { $0.reader == nil }) else { return }
            let isFailed = random.chance(10)
            feed.took(looks, looks.map { _ in isFailed ? .failed : .found(finding) }, now: now)
            if isFailed { return }
            unlooked = []
            isGap = false
        }

        mutating func read() {
            now += Int64(random.below(40))
            for work in feed.takeWork(now: now) { reading.append((work, rows)) }
        }

        mutating func tell() {
            guard !reading.isEmpty else { return }
            let (work, rows) = reading.remove(at: random.below(reading.count))
            let isTold = random.chance(80)
            feed.finished(work, isTold: isTold, now: now)
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
                    world.feed.add(last, [0: keys[last] ?? []], resume: nil, now: world.now)
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
                world.now += RetryPause.longest
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

    private func found(_ entry: String, _ keys: Set<[UInt8]> = [], isGap: Bool = false) -> ChangePoll.Outcome {
        .found(.init(generation: "g", entry: entry, keys: keys, isGap: isGap))
    }

    private func place(_ entry: String) -> StreamPosition { StreamPosition(generation: "g", entry: entry) }

    /// Looks, where everyone is told up to `entry`, and readers that want to go on get what `resumed` says of each.
    private func look(
        _ feed: inout ChangeFeed, _ entry: String, now: Int64 = 0, _ resumed: [Int: ChangePoll.Outcome] = [:]
    ) {
        let looks = feed.looks(now: now)
        let outcomes = looks.map { look in look.reader.map { resumed[$0] ?? .failed } ?? found(entry) }
        feed.took(looks, outcomes, now: now)
    }

    @Test func `go on where they were, or are told that they cannot`() {
        var feed = ChangeFeed()
        feed.add(1, [0: [[1]]], resume: [place("5-0")], now: 0)
        feed.add(2, [0: [[1]]], resume: [place("5-0")], now: 0)
        feed.add(3, [0: [[1]]], resume: [], now: 0)
        #expect(feed.looks(now: 0).map(\.reader) == [nil, 1, 2])
        look(&feed, "9-0", [1: found("9-0"), 2: found("9-0", isGap: true)])
        let work = feed.takeWork(now: 0)
        #expect(work.map(\.event) == [.rows, .snapshot, .snapshot] && work.map(\.isReset) == [false, true, true])
        #expect(work.first?.position == "g.9-0" && feed.takeWork(now: 0).isEmpty)
    }

    @Test func `are not held up by a stream that cannot be read, which is tried again ever more seldom`() {
        var feed = ChangeFeed()
        feed.add(1, [0: [[1]]], resume: nil, now: 0)
        feed.add(2, [1: [[2]]], resume: nil, now: 0)
        feed.add(3, [1: [[2]]], resume: [place("5-0")], now: 0)
        feed.add(4, [0: [[1]], 1: [[2]]], resume: [place("1-0"), place("5-0")], now: 0)
        var tries: [Int64] = []
        for now in Int64(0)..<20_000 {
            let looks = feed.looks(now: now)
            #expect(looks.contains { $0.subject == 0 && $0.reader == nil })
            if looks.contains(where: { $0.subject == 1 }) { tries.append(now) }
            feed.took(looks, looks.map { $0.subject == 0 ? found("9-0", [[1]]) : .failed }, now: now)
            for work in feed.takeWork(now: now) {
                #expect(work.id == 1)
                feed.finished(work, isTold: true, now: now)
            }
        }
        #expect(zip(tries.dropFirst(), tries).map { $0 - $1 } == [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
        // It can be read again: nobody was told that something is missing.
        look(&feed, "9-0", now: 30_000, [3: found("9-0"), 4: found("9-0")])
        let work = feed.takeWork(now: 30_000).filter { $0.id != 1 }
        #expect(work.map(\.id) == [2, 3, 4] && work.map(\.event) == [.snapshot, .rows, .rows])
        #expect(feed.looks(now: 30_000).count == 2)
    }

    @Test func `have rows that cannot be read tried again ever more seldom, and nothing of them is lost`() {
        var feed = ChangeFeed()
        feed.add(1, [0: [[1]]], resume: [], now: 0)
        feed.add(2, [0: [[1]]], resume: nil, now: 0)
        look(&feed, "9-0")
        var tries: [Int64] = []
        for now in Int64(0)..<1_000 {
            for work in feed.takeWork(now: now) {
                if work.id == 1 {
                    tries.append(now)
                    #expect(work.isReset && work.event == .snapshot)
                } else {
                    #expect(now == 0)
                }
                feed.finished(work, isTold: work.id == 2, now: now)
            }
        }
        #expect(tries == [0, 50, 150, 350, 750])
        // A change does not shorten the pause of a reader that is in one.
        var looks = feed.looks(now: 1_000)
        feed.took(looks, looks.map { _ in found("10-0", [[1]]) }, now: 1_000)
        #expect(feed.takeWork(now: 1_000).map(\.id) == [2])
        let work = feed.takeWork(now: 1_550)
        #expect(work.map(\.id) == [1] && work.allSatisfy { $0.isReset && $0.event == .snapshot })
        for each in work { feed.finished(each, isTold: true, now: 1_550) }
        looks = feed.looks(now: 1_600)
        feed.took(looks, looks.map { _ in found("11-0", [[1]]) }, now: 1_600)
        #expect(feed.takeWork(now: 1_600).map(\.event) == [.rows])
    }

    @Test func `are sent a comment when nothing else was sent for long, also while their rows cannot be read`() {
        var feed = ChangeFeed()
        feed.add(1, [0: [[1]]], resume: nil, now: 0)
        look(&feed, "9-0")
        for now in stride(from: Int64(0), to: 14_990, by: 10) {
            for work in feed.takeWork(now: now) { feed.finished(work, isTold: false, now: now) }
        }
        #expect(feed.quiet(now: 14_999).isEmpty && feed.quiet(now: 15_000) == [1])
        // It was not sent yet.
        #expect(feed.quiet(now: 15_001) == [1])
        feed.commented(1, now: 15_001)
        #expect(feed.quiet(now: 30_000).isEmpty && feed.quiet(now: 30_001) == [1])
        for work in feed.takeWork(now: 30_001) { feed.finished(work, isTold: true, now: 30_001) }
        #expect(feed.quiet(now: 45_000).isEmpty)
    }

    private func vector(_ next: Int64, generation: Int = 1) -> [Int: ProjectionVector] {
        let topic = ProjectionVector.Topic(name: "orders", partitions: [.init(next: next), .init(next: nil)])
        return [
            0: ProjectionVector(
                projection: "shop", generation: generation, identifier: "g\(generation)", topics: [topic])
        ]
    }

    /// Rows may be read elsewhere, after a failover or a promotion, before the stream is looked at there.
    @Test func `are reset before rows that are behind those before, or of another generation`() {
        var feed = ChangeFeed()
        feed.add(1, [0: [[1]]], resume: nil, now: 0)
        feed.add(2, [0: [[2]]], resume: [place("9-0")], now: 0)
        look(&feed, "9-0", [2: found("9-0")])
        var entry = 9
        /// What reader 1 is told of rows with that vector after a change, and how what was read meanwhile changes that.
        func tell(_ read: [Int: ProjectionVector], meanwhile: [Int: ProjectionVector]? = nil) -> [ChangeFeed.Event] {
            entry += 1
            let looks = feed.looks(now: 0)
            feed.took(looks, looks.map { _ in found("\(entry)-0", [[1], [2]]) }, now: 0)
            var told: [ChangeFeed.Event] = []
            for work in feed.takeWork(now: 0).reversed() {
                let next = feed.read(work, work.id == 1 ? read : meanwhile ?? read)
                if work.id == 1 { told = (next.isReset ? [.reset] : []) + [next.event] }
                feed.finished(next, isTold: true, now: 0)
            }
            return told
        }
        #expect(tell(vector(5)) == [.snapshot])
        #expect(tell(vector(6)) == [.rows])
        // What was read at the same time may overtake it.
        #expect(tell(vector(7), meanwhile: vector(8)) == [.rows])
        #expect(tell(vector(8)) == [.rows])
        #expect(tell(vector(4)) == [.reset, .snapshot])
        #expect(tell(vector(4)) == [.rows])
        #expect(tell(vector(9, generation: 2)) == [.reset, .snapshot])
        #expect(tell(vector(9, generation: 2)) == [.rows])
    }

    /// What was cut from a stream that was empty cannot be seen in it.
    @Test func `that began with an empty stream read all rows again after its first entry, and go on with a reset`() {
        var feed = ChangeFeed()
        feed.add(1, [0: [[1]]], resume: nil, now: 0)
        look(&feed, "0-0")
        for work in feed.takeWork(now: 0) { feed.finished(work, isTold: true, now: 0) }
        feed.add(2, [0: [[1]]], resume: [place("0-0")], now: 0)
        let first = ChangePoll.Outcome.found(.init(generation: "g", entry: "7-0", keys: [[9]], mayLackRows: true))
        let looks = feed.looks(now: 0)
        feed.took(looks, looks.map { _ in first }, now: 0)
        let work = feed.takeWork(now: 0)
        #expect(work.map(\.event) == [.rows, .snapshot] && work.map(\.isReset) == [false, true], "\(work)")
    }

    @Test(arguments: ["g.1-2", "1a2b3c4d.1767225600000-0"])
    func `have positions that are read as they are written`(text: String) {
        #expect(StreamPosition(text)?.text == text)
    }

    @Test(arguments: [("g.1-02", "g.1-2"), ("g.007-0", "g.7-0"), ("g.00-000", "g.0-0")])
    func `have positions that are the same however they are spelled`(text: String, usual: String) {
        #expect(StreamPosition(text) == StreamPosition(usual) && StreamPosition(text)?.text == usual)
    }

    @Test(arguments: [
        "", "g", "g.1", "g.+1-2", "g.1-+2", "g.1-18446744073709551616", "g.1-", ".1-2", "g.a-2", "g.1-2.3", "g.-1-2",
    ])
    func `have no other positions`(text: String) {
        #expect(StreamPosition(text) == nil && StreamPosition.list("g.1-2,\(text)") == nil)
    }
}
