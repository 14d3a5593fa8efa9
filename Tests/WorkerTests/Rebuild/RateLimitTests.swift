import Testing

@testable import Worker

@Suite struct `A rate limit` {
    private func ceilings(_ next: [Int64]) -> [Ceiling] {
        next.enumerated().map { Ceiling(topic: 0, partition: Int32($0), next: $1) }
    }

    @Test func `so many events a second are given in all, however many partitions there are`() {
        var limit = RateLimit(eventsPerSecond: 1_000)
        var reached: [Int64] = [0, 0, 0]
        for tick in 0...100 {
            let found = limit.limit(
                ceilings([1_000_000, 1_000_000, 1_000_000]), reached: ceilings(reached), now: Int64(tick) * 100)
            reached = found.map(\.next)
        }
        #expect((9_900...10_000).contains(reached.reduce(0, +)))
    }

    @Test func `what one partition does not use goes to the others, and no ceiling is passed`() {
        var limit = RateLimit(eventsPerSecond: 1_000)
        var reached: [Int64] = [0, 0]
        for tick in 0...100 {
            let found = limit.limit(ceilings([10, 1_000_000]), reached: ceilings(reached), now: Int64(tick) * 100)
            #expect(found[0].next <= 10)
            reached = found.map(\.next)
        }
        #expect(reached[0] == 10)
        #expect((9_000...10_000).contains(reached[1]))
    }

    @Test func `a partition that stands does not hoard`() {
        var limit = RateLimit(eventsPerSecond: 1_000)
        var found: [Ceiling] = []
        for tick in 0...100 {
            found = limit.limit(ceilings([1_000_000]), reached: ceilings([0]), now: Int64(tick) * 100)
        }
        #expect(found[0].next <= 700)
    }

    @Test func `a process has the share of the partitions that are behind`() {
        var limits = [RateLimit(eventsPerSecond: 1_000), RateLimit(eventsPerSecond: 1_000)]
        var reached: [[Int64]] = [[0, 0, 0], [0]]
        for tick in 0...100 {
            for process in 0..<2 {
                let ends = reached[process].map { _ in Int64(1_000_000) }
                reached[process] = limits[process].limit(
                    ceilings(ends), reached: ceilings(reached[process]), backlog: 4, now: Int64(tick) * 100
                ).map(\.next)
            }
        }
        #expect((7_400...7_500).contains(reached[0].reduce(0, +)) && (2_400...2_500).contains(reached[1][0]))
    }

    @Test func `a rate that is changed holds from then on`() {
        var limit = RateLimit(eventsPerSecond: 1_000)
        var reached: [Int64] = [0]
        for tick in 0...100 {
            if tick == 50 { limit.eventsPerSecond = 100 }
            reached = limit.limit(ceilings([1_000_000]), reached: ceilings(reached), now: Int64(tick) * 100).map(\.next)
        }
        #expect((5_300...5_510).contains(reached[0]))
    }

    @Test func `a slow rate still moves`() {
        var limit = RateLimit(eventsPerSecond: 3)
        var reached: [Int64] = [0, 0]
        for tick in 0...200 {
            reached = limit.limit(ceilings([100, 100]), reached: ceilings(reached), now: Int64(tick) * 50).map(\.next)
        }
        #expect((20...30).contains(reached.reduce(0, +)))
    }
}
