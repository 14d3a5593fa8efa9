import Testing

@testable import Worker

@Suite struct `The rate of a build` {
    private func progress(_ next: [(live: Int64, build: Int64)]) -> BuildProgress {
        var progress = BuildProgress()
        progress.partitions = next.enumerated().map { index, each in
            .init(projection: "p", topic: "t", partition: Int32(index), live: each.live, build: each.build)
        }
        return progress
    }

    @Test func `the slowest partition says when it is there`() {
        var rate = BuildRate()
        #expect(rate.secondsLeft == nil && rate.eventsPerSecond == 0 && !rate.isCaughtUp)
        rate.add(progress([(1_000, 0), (10_000, 0)]), at: 0)
        rate.add(progress([(1_000, 100), (10_000, 100)]), at: 1_000)
        #expect(rate.eventsPerSecond == 200)
        #expect(rate.secondsLeft == 99)
        #expect(!rate.isCaughtUp)
    }

    @Test func `while a partition stands nothing can be said`() {
        var rate = BuildRate()
        rate.add(progress([(1_000, 0), (10, 0)]), at: 0)
        rate.add(progress([(1_000, 100), (10, 0)]), at: 1_000)
        #expect(rate.secondsLeft == nil)
    }

    @Test func `less than a second's worth of events is caught up, and so is nothing at all`() {
        var rate = BuildRate()
        rate.add(progress([(1_000, 100)]), at: 0)
        rate.add(progress([(1_000, 700)]), at: 1_000)
        #expect(rate.isCaughtUp)
        rate.add(progress([(5_000, 700)]), at: 1_001)
        #expect(!rate.isCaughtUp)
        rate.add(progress([(700, 700)]), at: 20_000)
        #expect(rate.isCaughtUp && rate.secondsLeft == 0)
    }

    @Test func `what is long past does not count`() {
        var rate = BuildRate()
        rate.add(progress([(1_000_000, 0)]), at: 0)
        rate.add(progress([(1_000_000, 500_000)]), at: 10_000)
        rate.add(progress([(1_000_000, 500_100)]), at: 20_000)
        #expect(rate.eventsPerSecond == 10)
    }
}
