import Records
import Testing

@testable import Worker

@Suite struct `A build yields to what is live` {
    private func live(_ recent: Int64, minute: Int64 = 20, memory: Double? = nil) -> LiveCondition {
        var live = LiveCondition()
        live.freshness = [.init(projection: "orders", recent: recent, minute: minute)]
        live.memoryRatio = memory
        return live
    }

    @Test func `it is halved while live events take longer than three times as long as usual, and grows again`() {
        var throttle = BuildThrottle()
        throttle.judge(live(60), speed: 80_000, now: 0)
        #expect(throttle.rate == nil && throttle.reason == nil)
        throttle.judge(live(61), speed: 80_000, now: 1_000)
        #expect(throttle.rate == 40_000)
        #expect(throttle.reason == .freshness(projection: "orders", now: 61, normal: 20))
        // What is measured is of the last ten seconds: no step before they have passed.
        throttle.judge(live(90, minute: 70), speed: 40_000, now: 5_000)
        #expect(throttle.rate == 40_000)
        throttle.judge(live(90, minute: 70), speed: 40_000, now: 11_000)
        #expect(throttle.rate == 20_000)
        var rates: [Int?] = []
        for step in 3..<9 {
            throttle.judge(live(30, minute: 40), speed: 20_000, now: Int64(step) * 10_000 + 1_000)
            rates.append(throttle.rate)
        }
        #expect(rates == [30_000, 45_000, 67_500, nil, nil, nil])
        #expect(throttle.reason == nil)
    }

    @Test func `it is never slower than a hundred events a second for that, and a few milliseconds are normal`() {
        var throttle = BuildThrottle()
        throttle.judge(live(29, minute: 1), speed: 1_000, now: 0)
        #expect(throttle.rate == nil)
        for step in 0..<10 { throttle.judge(live(500, minute: 1), speed: 1_000, now: Int64(step) * 10_000) }
        #expect(throttle.rate == BuildThrottle.slowest)
    }

    @Test func `it stays a quarter faster than live, or it would never end`() {
        var throttle = BuildThrottle()
        var slow = live(500)
        slow.rate = 20_000
        for step in 0..<10 { throttle.judge(slow, speed: 80_000, now: Int64(step) * 10_000) }
        #expect(throttle.rate == 25_000)
        // Live that is slowed down itself is left more.
        slow.rate = 4_000
        for step in 10..<20 { throttle.judge(slow, speed: 80_000, now: Int64(step) * 10_000) }
        #expect(throttle.rate == 5_000)
    }

    /// The registry of workers is text in Redis, which another program may have written.
    @Test(arguments: [
        ([Int64.max, .max], BuildThrottle.fastestLive), ([-5, 1_000], 1_000), ([.min, .min], 0),
        ([1_000, 2_000], 3_000),
    ])
    func `a rate that cannot be is not believed`(rates: [Int64], believed: Int) {
        let entries = rates.enumerated().map { index, rate in
            var projection = WorkerProjection(name: "orders", fingerprint: "f")
            (projection.role, projection.rate) = (.live, rate)
            (projection.recent99, projection.freshness99) = (500, 20)
            var entry = WorkerEntry(id: "\(index)")
            entry.stamp = 100_000
            entry.projections = [projection]
            return entry
        }
        let live = LiveCondition(entries, at: 100_000, used: 0, limit: 0)
        #expect(live.rate == believed)
        var throttle = BuildThrottle()
        throttle.judge(live, speed: 1_000, now: 0)
        #expect(throttle.rate.map { $0 >= BuildThrottle.slowest } == true)
    }

    @Test func `it rests while Redis is nearly full, until there is some room again`() {
        var throttle = BuildThrottle()
        throttle.judge(live(10, memory: 0.851), speed: 1_000, now: 0)
        #expect(throttle.rate == 0 && throttle.reason == .memory(percent: 85) && throttle.reason?.word == "memory")
        throttle.judge(live(10, memory: 0.84), speed: 0, now: 1_000)
        #expect(throttle.rate == 0)
        throttle.judge(live(10, memory: 0.82), speed: 0, now: 2_000)
        #expect(throttle.rate == nil && throttle.reason == nil)
    }

    @Test func `without live events, or a limit of memory, nothing holds it`() {
        var throttle = BuildThrottle()
        throttle.judge(LiveCondition(), speed: 1_000, now: 0)
        #expect(throttle.rate == nil && throttle.reason == nil)
    }

    @Test func `what is live is the slowest worker of each projection; builds and workers that are gone do not count`()
    {
        func entry(_ id: String, _ recent: Int64, role: WorkerProjection.Role = .live, stamp: Int64 = 100_000)
            -> WorkerEntry
        {
            var projection = WorkerProjection(name: "orders", fingerprint: "f")
            (projection.role, projection.recent99, projection.freshness99) = (role, recent, recent)
            projection.rate = 1_000
            var entry = WorkerEntry(id: id)
            entry.stamp = stamp
            entry.projections = [projection]
            return entry
        }
        let entries = [entry("a", 5), entry("b", 9), entry("c", 90, role: .build), entry("d", 80, stamp: 1)]
        let live = LiveCondition(entries, at: 100_000, used: 50, limit: 100)
        #expect(live.freshness == [.init(projection: "orders", recent: 9, minute: 9)] && live.memoryRatio == 0.5)
        #expect(live.rate == 2_000)
        #expect(LiveCondition(entries, at: 100_000, used: 50, limit: 0).memoryRatio == nil)
    }
}
