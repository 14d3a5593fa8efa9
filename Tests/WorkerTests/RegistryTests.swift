import Glibc
import Logging
import Observing
import Records
import Redis
import System
import Testing

@testable import Worker

@Suite struct `The registry of workers` {
    private func fresh(_ counts: [Int64]) -> Histogram { Histogram(bounds: [0.001, 0.01, 0.1], counts: counts) }

    @Test func `looks at the last minute, the last ten seconds, and forgets lanes that ended`() {
        var window = FreshnessWindow()
        for second in 0...70 {
            // From the sixtieth second on everything takes ten times as long.
            let slow = max(0, second - 60)
            window.add(
                fresh([0, Int64(min(second, 60)) * 100, Int64(slow) * 100, 0]), events: Int64(second) * 100,
                now: Int64(second) * 1_000)
        }
        #expect(window.rate == 100)
        #expect(window.quantile(0.5).map { $0 <= 10 } == true)
        #expect(window.recent(0.5).map { $0 > 10 } == true)
        window.add(fresh([1, 0, 0, 0]), events: 1, now: 71_000)
        #expect(window.rate == 0 && window.quantile(0.99) == nil)
    }

    @Test func `says where the time went over the last minute`() {
        var window = FreshnessWindow()
        #expect(window.phases == nil)
        var phases = PhaseFigures()
        for second in 0...90 {
            if second > 0 { phases.fold += second > 30 ? 0.25 : 1 }
            if second > 30 { phases.idle += 0.75 }
            window.add(fresh([0, 0, 0, 0]), events: 0, phases: phases, now: Int64(second) * 1_000)
        }
        #expect(window.phases == WorkerPhases(fold: 15_000, redis: 0, kafka: 0, idle: 45_000))
    }

    @Test func `a worker says what it has, once a second, and takes it away when it ends`() throws {
        let workshop = try Workshop()
        let session = WorkerSession(
            [workshop.runner], redis: workshop.runner.settings.redis, log: Log(Device(2, environment: [:])),
            version: "7.0")
        try session.start()
        for number in 0..<50 { try workshop.send(key: "k\(number)", value: "{\"n\":1}") }
        try workshop.flush()
        var redis = try workshop.connection()
        let before = try redis.command("GET", workshop.keys.generation).text
        var found: WorkerEntry?
        var first: Int64 = 0
        let end = session.run(untilEnd: false, signals: nil) { _ in
            let entry = try? WorkerRegistry.read(&redis).first
            if first == 0 { first = entry?.stamp ?? 0 }
            let partitions = entry?.projections.first?.partitions ?? []
            // It is written anew, with what the lane has come to.
            guard let entry, entry.stamp > first, partitions.first?.state == .projecting,
                entry.projections[0].freshness99 != nil
            else { return true }
            found = entry
            return false
        }
        #expect(end == .done)
        let entry = try #require(found)
        let record = before.flatMap { GenerationRecord(text: $0) }
        #expect(entry.version == "7.0" && entry.process == Int64(getpid()) && entry.lanes == 1)
        #expect(entry.projections[0].name == "p" && entry.projections[0].fingerprint == "f")
        #expect(entry.projections[0].generation == record?.identifier && entry.projections[0].number == 1)
        #expect(entry.projections[0].partitions == [WorkerPartition("t", 0, state: .projecting)])
        #expect(try redis.command("EXISTS", KeySpace.workers).integer == 0)
        #expect(try redis.command("GET", workshop.keys.generation).text == before)
        let figures = session.figures.figures()
        #expect(figures.projections[0].lanes[0].topics[0].folded == 50)
        #expect(figures.projections[0].hasRun && figures.residentBytes > 1 << 20 && figures.openFiles > 0)
    }
}
