import Testing

@testable import Worker

@Suite struct `The speed of a build` {
    private func progress(_ reached: Int64) -> BuildProgress {
        var progress = BuildProgress()
        progress.partitions = [.init(projection: "p", topic: "t", partition: 0, live: 1_000_000, build: reached)]
        return progress
    }

    @Test func `is that from its first event until it has caught up`() {
        var speed = BuildSpeed()
        speed.add(progress(0), isLimited: true, isCaughtUp: false, at: 0)
        speed.add(progress(1_000), isLimited: false, isCaughtUp: false, at: 3_000)
        speed.add(progress(51_000), isLimited: false, isCaughtUp: false, at: 4_000)
        #expect(speed.eventsPerSecond == 50_000)
        speed.add(progress(101_000), isLimited: false, isCaughtUp: true, at: 5_000)
        speed.add(progress(101_010), isLimited: true, isCaughtUp: true, at: 90_000)
        #expect(speed.eventsPerSecond == 50_000)
    }

    @Test func `is not told of few events, or of a build that was held back`() {
        var few = BuildSpeed()
        few.add(progress(10), isLimited: false, isCaughtUp: false, at: 0)
        few.add(progress(9_000), isLimited: false, isCaughtUp: true, at: 2_000)
        #expect(few.eventsPerSecond == nil)
        var held = BuildSpeed()
        held.add(progress(10), isLimited: false, isCaughtUp: false, at: 0)
        held.add(progress(50_000), isLimited: true, isCaughtUp: false, at: 2_000)
        held.add(progress(90_000), isLimited: false, isCaughtUp: true, at: 4_000)
        #expect(held.eventsPerSecond == nil)
    }
}
