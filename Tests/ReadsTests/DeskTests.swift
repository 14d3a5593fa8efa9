import Testing

@testable import Reads

/// Random orders of everything that can happen to a reader.
@Suite struct `Readers who say how fresh` {
    private static let seeds: Range<UInt64> = 0..<400

    @Test func `never get rows older than they asked, and each one gets an answer`() {
        var (answered, stale, parked) = (0, 0, 0)
        for seed in Self.seeds {
            var world = ReadWorld(seed: seed)
            world.run(steps: 1_500)
            #expect(world.violations.isEmpty, "seed \(seed): \(world.violations.prefix(3))")
            answered += world.answered
            stale += world.stale
            parked += world.parkedAnswers
        }
        // The world is one in which each of these happens often.
        #expect(answered > 10_000 && stale > 1_000 && parked > 50, "\(answered) \(stale) \(parked)")
    }

    /// A desk that answers with whatever it reads first: the world above must see it.
    @Test func `would be seen to get old rows from a desk that compares nothing`() {
        var isSeen = false
        for seed in Self.seeds.prefix(20) {
            var world = ReadWorld(seed: seed, ReadDesk { _, _, _ in .fresh })
            world.run(steps: 1_500)
            if world.violations.contains(where: { $0.contains("lacks event") }) { isSeen = true }
        }
        #expect(isSeen)
    }

    /// What Kafka said before a request came proves nothing about it.
    @Test func `would be seen to get old rows if an earlier look at the log counted`() {
        var isSeen = false
        for seed in Self.seeds.prefix(50) {
            let desk = ReadDesk { condition, evidence, log in
                var evidence = evidence
                if condition.maxStaleNanoseconds == 0 { evidence.arrivedAt -= 50 * ReadWorld.millisecond }
                return Freshness.judge(condition, evidence, log)
            }
            var world = ReadWorld(seed: seed, desk)
            world.run(steps: 1_500)
            if world.violations.contains(where: { $0.contains("lacks what was") }) { isSeen = true }
        }
        #expect(isSeen)
    }

    @Test func `are answered by their deadline although Redis does not reply`() {
        var desk = ReadDesk()
        var condition = FreshnessCondition()
        condition.after = OffsetList([.init(topic: "t", partition: 0, offset: 7)])
        condition.waitNanoseconds = 200 * ReadWorld.millisecond
        let id = desk.submit(ReadRequest([], condition), now: 0)
        #expect(desk.takeWork(atMost: 10).map(\.id) == [id])
        desk.expire(now: 199 * ReadWorld.millisecond)
        #expect(desk.takeFinished().isEmpty)
        for time in 200...250 { desk.expire(now: Int64(time) * ReadWorld.millisecond) }
        let finished = desk.takeFinished()
        guard finished.count == 1, case .stale(let shortfall, let vectors) = finished[0].outcome else {
            Issue.record("\(finished)")
            return
        }
        #expect(shortfall.reason == .unread && vectors.isEmpty && desk.count == 0)
        // What comes late changes nothing.
        desk.read(id, .failure(.unavailable("late")), now: 300 * ReadWorld.millisecond)
        #expect(desk.takeFinished().isEmpty)
    }

    @Test func `leave no deadlines behind when they are answered before`() {
        var desk = ReadDesk()
        let vector = ProjectionVector(projection: "p", generation: 1, identifier: "1", topics: [])
        let answer = ReadAnswer(subjects: [0], vectors: [vector], parts: [], degraded: [], parked: [])
        var condition = FreshnessCondition()
        condition.generations = [.init(projection: "p", number: 1)]
        condition.waitNanoseconds = 60_000 * ReadWorld.millisecond
        let waiting = (0..<10).map { _ in desk.submit(ReadRequest([], condition), now: 0) }
        for time in 0..<20_000 {
            let id = desk.submit(ReadRequest([], condition), now: Int64(time))
            _ = desk.takeWork(atMost: 10)
            desk.read(id, .success(answer), now: Int64(time))
        }
        #expect(desk.takeFinished().count == 20_000 && desk.count == waiting.count)
        #expect(desk.deadlineCount <= 128)
        // Those who still wait have theirs.
        desk.expire(now: 120_000 * ReadWorld.millisecond)
        desk.expire(now: 240_000 * ReadWorld.millisecond)
        #expect(Set(desk.takeFinished().map(\.id)) == Set(waiting) && desk.deadlineCount == 0)
    }

    @Test func `leave nothing behind when Redis takes none of them for long`() {
        var desk = ReadDesk()
        for time in Int64(0)..<20_000 {
            let now = time * ReadWorld.millisecond
            _ = desk.submit(ReadRequest([]), now: now)
            desk.expire(now: now)
        }
        #expect(desk.takeFinished().count > 15_000)
        #expect(desk.queueCount <= 2 * desk.count + 64)
    }

    /// A topic that was made again ends before what the rows were made of: its end says nothing about them.
    @Test(arguments: [Int64(0), 1_000 * ReadWorld.millisecond])
    func `are not told that rows are fresh by the end of another log`(maxStale: Int64) {
        var desk = ReadDesk()
        var condition = FreshnessCondition()
        condition.maxStaleNanoseconds = maxStale
        condition.waitNanoseconds = 500 * ReadWorld.millisecond
        func answer(_ identifier: String, _ next: Int64) -> ReadAnswer {
            let topic = ProjectionVector.Topic(name: "t", partitions: [.init(next: 7), .init(next: next)])
            let vector = ProjectionVector(projection: "p", generation: 1, identifier: identifier, topics: [topic])
            return ReadAnswer(subjects: [0], vectors: [vector], parts: [], degraded: [], parked: [])
        }
        func ask(_ now: Int64, _ identifier: String, _ next: Int64) -> Int {
            let id = desk.submit(ReadRequest([], condition), now: now * ReadWorld.millisecond)
            _ = desk.takeWork(atMost: 10)
            desk.read(id, .success(answer(identifier, next)), now: now * ReadWorld.millisecond)
            return id
        }
        let first = ask(0, "a", 100)
        desk.logAnswered(
            ["t": [7, 3]], askedAt: 1 * ReadWorld.millisecond, now: 2 * ReadWorld.millisecond)
        #expect(desk.takeFinished().isEmpty && !desk.wantsLog && desk.waiting == 1)
        // Who asks later, and is content with what Kafka said then, gets nothing else.
        let second = ask(10, "a", 101)
        if maxStale == 0 { desk.logAnswered(["t": [7, 3]], askedAt: 11 * ReadWorld.millisecond, now: 0) }
        for time in Int64(500)...600 { desk.expire(now: time * ReadWorld.millisecond) }
        let finished = desk.takeFinished()
        #expect(finished.map(\.id) == [first, second])
        for each in finished {
            guard case .stale(let shortfall, _) = each.outcome else {
                Issue.record("\(each)")
                continue
            }
            #expect(shortfall.reason == .log && shortfall.want.contains("t/1@3"), "\(shortfall)")
        }
        // The views are built again from the new log.
        let third = ask(700, "b", 3)
        desk.logAnswered(["t": [7, 3]], askedAt: 701 * ReadWorld.millisecond, now: 702 * ReadWorld.millisecond)
        guard case .answer(_, nil)? = desk.takeFinished().first(where: { $0.id == third })?.outcome else {
            Issue.record("not answered")
            return
        }
    }

    @Test func `are refused when there are too many, and when it ends`() {
        var desk = ReadDesk()
        for _ in 0..<ReadDesk.most { _ = desk.submit(ReadRequest([]), now: 0) }
        let last = desk.submit(ReadRequest([]), now: 0)
        guard case .failed(.busy)? = desk.takeFinished().first(where: { $0.id == last })?.outcome else {
            Issue.record("not refused")
            return
        }
        desk.stop()
        #expect(desk.takeFinished().count == ReadDesk.most && desk.count == 0)
    }
}
