import Records
import Testing

@testable import Worker

/// A promotion on the model of Redis, with workers of both generations beside it.
@Suite struct `A promotion` {
    @Test func `the build meets the live checkpoints exactly, the databases are exchanged, and both go on`() {
        let stage = PromotionStage()
        let writers = stage.writers()
        let promoter = ModelPromoter(stage, stage.subject)
        stage.play([promoter], writers)
        guard case .swapped? = promoter.outcome else {
            Issue.record("\(String(describing: promoter.outcome))")
            return
        }
        #expect(stage.isExchanged)
        #expect((0..<2).map { stage.next($0, in: stage.home) } == [3, 3])
        stage.expectProgress(writers)
        #expect(stage.violations == [])
        #expect(stage.history.count == 1)
        #expect(stage.history[0].contains("promoted by a"))
    }

    @Test func `the way back is a promotion too, and the history stays in the home database`() {
        let stage = PromotionStage()
        let writers = stage.writers()
        let there = ModelPromoter(stage, stage.subject)
        stage.play([there], writers)
        stage.logEnd += 2
        let back = ModelPromoter(stage, stage.reverse, token: "b")
        stage.play([back], writers)
        guard case .swapped? = back.outcome else {
            Issue.record("\(String(describing: back.outcome))")
            return
        }
        #expect(stage.isAsBefore)
        stage.expectProgress(writers)
        #expect(stage.violations == [])
        #expect(stage.history.map { $0.contains("promoted by b") } == [true, false])
    }

    @Test(arguments: 0..<120) func `a worker's transaction is open when the drain and the exchange come`(start: Int) {
        // Each worker begins somewhere else in its transaction; whatever was open when the databases were exchanged is nil.
        let stage = PromotionStage()
        let writers = stage.writers()
        stage.logEnd = 6
        let promoter = ModelPromoter(stage, stage.subject)
        for index in 0..<start { writers[index % writers.count].step() }
        stage.play([promoter], writers)
        guard case .swapped? = promoter.outcome else {
            Issue.record("\(String(describing: promoter.outcome))")
            return
        }
        stage.expectProgress(writers)
        #expect(stage.violations == [])
    }

    @Test func `what is beside the build is refused, and nothing is changed`() {
        let other = GenerationRecord(number: 9, identifier: "90000009", fingerprint: "x")
        let changes: [(GenerationRecord, Int, String)] = [
            (other, 0, "generation 1 is no longer in the home database"),
            (other, 15, "generation 2 is no longer in the build's database"),
            (
                PromotionStage().live.draining(token: "z", until: 2_000_000), 0,
                "another promotion is under way (token z)"
            ),
        ]
        for (record, database, words) in changes {
            let stage = PromotionStage()
            stage.write(stage.keys.generation, .string(Array(record.text.utf8)), in: database)
            let before = stage.redis.databases
            let promoter = ModelPromoter(stage, stage.subject)
            stage.play([promoter], [])
            guard case .refused(let found)? = promoter.outcome else {
                Issue.record("\(String(describing: promoter.outcome))")
                continue
            }
            #expect(found.contains(words), "\(found)")
            #expect(stage.redis.databases == before)
        }
    }

    @Test func `a drain whose promoter died long ago is taken over`() {
        let stage = PromotionStage()
        let late = stage.live.draining(token: "dead", until: stage.now - 1)
        stage.write(stage.keys.generation, .string(Array(late.text.utf8)))
        let promoter = ModelPromoter(stage, stage.subject)
        stage.play(
            [promoter],
            [ModelWriter(stage, stage.build, partition: 0, in: 15)]
                + [ModelWriter(stage, stage.build, partition: 1, in: 15)])
        guard case .swapped? = promoter.outcome else {
            Issue.record("\(String(describing: promoter.outcome))")
            return
        }
        #expect(stage.isExchanged && stage.isOpen && stage.violations == [])
    }

    @Test func `a build that does not arrive before the deadline: the records go back to open and say who was late`() {
        let stage = PromotionStage()
        let live = stage.writers().enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        let promoter = ModelPromoter(stage, stage.subject)
        // The live workers see the deadline a little later than the promoter does.
        stage.play([promoter], [], rounds: 20_000)
        guard case .undone(let words)? = promoter.outcome else {
            Issue.record("\(String(describing: promoter.outcome))")
            return
        }
        #expect(words.contains("p, t-") && words.contains("live is at offset 3, the build at offset 1"), "\(words)")
        #expect(stage.isAsBefore && stage.isOpen)
        stage.logEnd = 5
        for _ in 0..<200 { for writer in live { writer.step() } }
        #expect(stage.next(0, in: 0) == 5 && stage.violations == [])
    }

    @Test func `what makes a build unfit while live stands undoes the promotion at once`() {
        let spare = 15
        let faults: [(String, (PromotionStage) -> Void)] = [
            (
                "is damaged: p, t-0: it broke",
                { stage in
                    stage.write(
                        stage.keys.damage,
                        .hash([
                            DamageRecord.field("20000002", "t", 0): Array(
                                DamageRecord(checkpoint: 0, words: "it broke").text.utf8)
                        ]), in: spare)
                }
            ),
            (
                "has parked an event of p, t-1",
                { stage in
                    stage.write(stage.keys.parkedIndex("t", 1), .sorted([Array("1:k".utf8): 1]), in: spare)
                }
            ),
            (
                "is not behind live: p, t-0: live is at offset 3, the build at offset 4",
                { stage in
                    stage.write(
                        stage.keys.checkpoint("t", 0),
                        .string(Checkpoint(next: 4, confirmed: 4, writer: "w").text), in: spare)
                }
            ),
            (
                "generation 2 of the build is dropping",
                { stage in
                    var record = stage.build
                    record.state = .dropping
                    stage.write(stage.keys.generation, .string(Array(record.text.utf8)), in: spare)
                }
            ),
        ]
        for (words, fault) in faults {
            let stage = PromotionStage()
            let promoter = ModelPromoter(stage, stage.subject)
            while !promoter.machine.isDrained, !promoter.isFinished { promoter.step() }
            fault(stage)
            stage.play([promoter], [])
            guard case .undone(let found)? = promoter.outcome else {
                Issue.record("\(words): \(String(describing: promoter.outcome))")
                continue
            }
            #expect(found.contains(words), "\(found)")
            #expect(stage.isAsBefore && stage.record(in: 0)?.state == .open)
        }
    }

    @Test(arguments: [false, true])
    func `a topic that grows while the promotion runs is met with its new partition, too`(
        isLate: Bool
    ) {
        let stage = PromotionStage()
        let writers = stage.writers()
        let promoter = ModelPromoter(stage, stage.subject)
        // At the latest between the last look and the drain: from then on live cannot grow.
        for _ in 0..<8 { promoter.step() }
        while isLate, promoter.machine.phase != .draining { promoter.step() }
        // Live has seen the third partition first.
        stage.write(stage.keys.growth, .hash(["t": Array("3".utf8)]))
        stage.write(
            stage.keys.checkpoint("t", 2), .string(Checkpoint(next: 1, confirmed: 1, writer: "w").text))
        for _ in 0..<200 {
            promoter.step()
            for writer in writers { writer.step() }
            stage.now += 1
        }
        #expect(!stage.isExchanged)
        stage.write(stage.keys.growth, .hash(["t": Array("3".utf8)]), in: 15)
        stage.write(
            stage.keys.checkpoint("t", 2), .string(Checkpoint(next: 1, confirmed: 1, writer: "w").text), in: 15)
        stage.play([promoter], writers)
        guard case .swapped? = promoter.outcome else {
            Issue.record("\(String(describing: promoter.outcome))")
            return
        }
        #expect(stage.isExchanged)
    }

    @Test func `Redis refuses the drain, the exchange or the way back: live goes on, and Redis's words are shown`() {
        for isDrained in [false, true] {
            let stage = PromotionStage(buildNext: 3)
            let promoter = ModelPromoter(stage, stage.subject)
            while isDrained, !promoter.machine.isDrained { promoter.step() }
            stage.redis.refusal = "OOM command not allowed when used memory > 'maxmemory'."
            for _ in 0..<200 where !promoter.isFinished {
                promoter.step()
                stage.now += 1
            }
            // Under OOM the way back is refused as well, until there is memory again.
            #expect(promoter.isFinished == !isDrained)
            stage.redis.refusal = nil
            stage.play([promoter], [])
            switch promoter.outcome {
            case .refused(let words)?: #expect(!isDrained && words.contains("OOM command"), "\(words)")
            case .undone(let words)?: #expect(isDrained && words.contains("OOM command"), "\(words)")
            default: Issue.record("\(String(describing: promoter.outcome))")
            }
            #expect(stage.isAsBefore && stage.isOpen)
        }
    }

    @Test func `one that is interrupted while it waits for the build gives up at once`() {
        let stage = PromotionStage()
        let promoter = ModelPromoter(stage, stage.subject)
        while !promoter.machine.isDrained { promoter.step() }
        promoter.cancel()
        stage.play([promoter], [], rounds: 100)
        #expect(promoter.outcome == .undone("interrupted"))
        #expect(stage.isAsBefore && stage.isOpen)
    }

    @Test func `a promotion that is interrupted leaves the records as they were`() {
        for steps in 0..<80 {
            let stage = PromotionStage()
            let writers = stage.writers()
            let promoter = ModelPromoter(stage, stage.subject)
            for _ in 0..<steps { promoter.step() }
            promoter.cancel()
            stage.play([promoter], writers)
            #expect(promoter.isFinished && stage.isOpen, "after \(steps) steps")
            if case .swapped? = promoter.outcome { #expect(stage.isExchanged) } else { #expect(stage.isAsBefore) }
            stage.expectProgress(writers)
            #expect(stage.violations == [])
        }
    }
}
