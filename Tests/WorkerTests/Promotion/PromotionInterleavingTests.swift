import Records
import Testing

@testable import Worker

/// Promoters that die, meet each other or lose their connection at each moment there is.
@Suite struct `Interleavings: promotion` {
    /// How many steps an undisturbed promotion takes, and some more.
    private static let steps = 0..<90

    /// Whether what a promoter said at its end is how things are.
    private func isTrue(_ outcome: PromotionOutcome?, _ stage: PromotionStage) -> Bool {
        switch outcome {
        case .swapped?: stage.isExchanged
        case .undone?, .refused?: stage.isAsBefore
        case .unknown?, nil: false
        }
    }

    @Test(arguments: steps) func `the promoter dies: it is all or nothing, and nobody stands longer than the deadline`(
        step: Int
    ) {
        for isCarriedOut in [false, true] {
            let stage = PromotionStage()
            let writers = stage.writers()
            let promoter = ModelPromoter(stage, stage.subject)
            for _ in 0..<step { promoter.step() }
            promoter.kill()
            // What it had sent comes late, or never.
            if isCarriedOut { for client in stage.clients { while stage.redis.step(client) {} } }
            stage.expectProgress(writers)
            #expect(stage.violations == [])
            // The next one finds everything as the first one would have.
            if stage.isExchanged { continue }
            let next = ModelPromoter(stage, stage.subject, token: "b")
            stage.play([next], writers)
            #expect(stage.isExchanged && isTrue(next.outcome, stage), "\(String(describing: next.outcome))")
            stage.expectProgress(writers)
            #expect(stage.violations == [])
        }
    }

    @Test(arguments: steps) func `the connection breaks: what was sent comes late, and the promoter finds out`(
        step: Int
    ) {
        for delay in [0, 5, 40] {
            let stage = PromotionStage()
            let writers = stage.writers()
            let promoter = ModelPromoter(stage, stage.subject)
            for _ in 0..<step {
                promoter.step()
                for writer in writers { writer.step() }
                stage.now += 1
            }
            let old = stage.clients
            promoter.cut()
            for _ in 0..<delay {
                promoter.step()
                for writer in writers { writer.step() }
            }
            for client in old { while stage.redis.step(client) {} }
            stage.play([promoter], writers)
            #expect(isTrue(promoter.outcome, stage), "delay \(delay): \(String(describing: promoter.outcome))")
            stage.expectProgress(writers)
            #expect(stage.violations == [], "delay \(delay)")
        }
    }

    @Test func `the answer to the exchange is lost: the identifiers show that it was done`() {
        let stage = PromotionStage(buildNext: 3)
        let promoter = ModelPromoter(stage, stage.subject)
        while !promoter.isSwapping { promoter.step() }
        let old = stage.clients
        for client in old { while stage.redis.step(client) {} }
        promoter.cut()
        stage.play([promoter], stage.writers())
        #expect(isTrue(promoter.outcome, stage) && stage.isExchanged)
        #expect(stage.violations == [])
    }

    @Test func `the exchange was lost with the connection, and another promoter did the same: each says what it did`() {
        let stage = PromotionStage(buildNext: 3)
        let first = ModelPromoter(stage, stage.subject)
        while !first.isSwapping { first.step() }
        stage.clients.last?.inbox = []
        first.cut()
        stage.now += 10_001
        let second = ModelPromoter(stage, stage.subject, token: "b")
        stage.play([second], [])
        stage.play([first], [])
        guard case .swapped? = second.outcome, case .undone(let words)? = first.outcome else {
            Issue.record("\(String(describing: first.outcome)), \(String(describing: second.outcome))")
            return
        }
        #expect(words == "another promotion has made this build live")
    }

    @Test func `Redis stays away after the exchange was sent: the promoter says that it does not know`() {
        let stage = PromotionStage(buildNext: 3)
        let promoter = ModelPromoter(stage, stage.subject)
        while !promoter.isSwapping { promoter.step() }
        promoter.isUnreachable = true
        promoter.cut()
        stage.play([promoter], [], rounds: 20_000)
        guard case .unknown(let words)? = promoter.outcome else {
            Issue.record("\(String(describing: promoter.outcome))")
            return
        }
        #expect(words.contains("could not be found out") && words.contains("lantern generations"))
    }

    @Test(arguments: steps) func `of two promoters one exchanges, and the other one changes nothing of it`(step: Int) {
        let stage = PromotionStage()
        let writers = stage.writers()
        let first = ModelPromoter(stage, stage.subject)
        for _ in 0..<step { first.step() }
        let second = ModelPromoter(stage, stage.subject, token: "b")
        stage.play([first, second], writers)
        let swapped = [first, second].filter { if case .swapped? = $0.outcome { true } else { false } }
        #expect(swapped.count == 1 && stage.isExchanged, "\([first.outcome, second.outcome])")
        #expect(stage.history.count == 1)
        stage.expectProgress(writers)
        #expect(stage.violations == [])
    }

    @Test(arguments: steps) func `a way back that begins during a promotion: one of the two, never half of each`(
        step: Int
    ) {
        let stage = PromotionStage()
        let writers = stage.writers()
        let first = ModelPromoter(stage, stage.subject)
        for _ in 0..<step { first.step() }
        let back = ModelPromoter(stage, stage.reverse, token: "b")
        stage.play([first, back], writers)
        guard case .swapped? = first.outcome else {
            Issue.record("\(String(describing: first.outcome))")
            return
        }
        if case .swapped? = back.outcome { #expect(stage.isAsBefore) } else { #expect(stage.isExchanged) }
        stage.expectProgress(writers)
        #expect(stage.violations == [])
    }

    @Test(arguments: steps) func `the build is dropped while the promotion runs: never a home without rows`(step: Int) {
        let stage = PromotionStage()
        let writers = stage.writers()
        let promoter = ModelPromoter(stage, stage.subject)
        for _ in 0..<step {
            promoter.step()
            for writer in writers { writer.step() }
        }
        // As the driver of generations begins: under WATCH of the record that it saw.
        guard !stage.isExchanged else { return }
        var dropping = stage.build
        dropping.state = .dropping
        stage.write(stage.keys.generation, .string(Array(dropping.text.utf8)), in: stage.spare)
        stage.play([promoter], writers)
        #expect(stage.isAsBefore && isTrue(promoter.outcome, stage), "\(String(describing: promoter.outcome))")
        #expect(stage.record(in: 0)?.state == .open)
        #expect(stage.violations == [])
    }

    @Test func `the deadline passes while the exchange is on its way: the worker that set it back wins`() {
        let stage = PromotionStage(buildNext: 3)
        let writers = stage.writers()
        let promoter = ModelPromoter(stage, stage.subject)
        while !promoter.isSwapping { promoter.step() }
        stage.now += 10_001
        stage.logEnd = 5
        for _ in 0..<60 { for writer in writers { writer.step() } }
        #expect(stage.next(0, in: 0) == 5)
        stage.play([promoter], writers)
        #expect(stage.isAsBefore && isTrue(promoter.outcome, stage), "\(String(describing: promoter.outcome))")
        stage.expectProgress(writers)
        #expect(stage.violations == [])
    }

    @Test(arguments: steps) func `a failover to before the drain, to the drain, or to before the exchange`(step: Int) {
        for back in [1, 10, 30, 60] where back <= step {
            let stage = PromotionStage()
            let writers = stage.writers()
            let promoter = ModelPromoter(stage, stage.subject)
            var snapshot = stage.redis.databases
            for index in 0..<step {
                if index == step - back { snapshot = stage.redis.databases }
                promoter.step()
                for writer in writers { writer.step() }
                stage.now += 1
            }
            stage.failOver(to: snapshot)
            promoter.cut()
            for writer in writers { writer.cut() }
            let hadEnded = promoter.isFinished
            stage.play([promoter], writers)
            if !hadEnded {
                #expect(isTrue(promoter.outcome, stage), "back \(back): \(String(describing: promoter.outcome))")
            }
            stage.expectProgress(writers)
            #expect(stage.violations == [], "back \(back)")
        }
    }

    // MARK: What the tests would notice

    /// A promotion with the deadline passing in the middle of its exchange, and workers that lack something.
    private func violations(
        _ promoterPlant: ModelPromoter.Plant? = nil, _ writerPlant: ModelWriter.Plant? = nil
    ) -> [String] {
        var found: [String] = []
        for step in Self.steps {
            let stage = PromotionStage()
            let writers = stage.writers(plant: writerPlant)
            let promoter = ModelPromoter(stage, stage.subject, plant: promoterPlant)
            for _ in 0..<step {
                promoter.step()
                for writer in writers { writer.step() }
                stage.now += 1
            }
            stage.now += 10_001
            stage.logEnd += 2
            // The build's workers are slower than those of live.
            for _ in 0..<30 {
                for (index, writer) in writers.enumerated() where index.isMultiple(of: 2) { writer.step() }
            }
            if step % 2 == 0 { promoter.kill() }
            stage.play([promoter], writers)
            stage.expectProgress(writers)
            found += stage.violations
        }
        return found
    }

    @Test func `with everything in place that promotion has no violation`() { #expect(violations() == []) }

    @Test func `with its WATCH taken away it has some`() { #expect(!violations(.noWatch).isEmpty) }

    @Test(arguments: [ModelWriter.Plant.noCompare, .noStanding, .noDeadline])
    func `with workers that do not compare, stand, or enforce the deadline it has some`(
        plant: ModelWriter.Plant
    ) {
        #expect(!violations(nil, plant).isEmpty)
    }
}
