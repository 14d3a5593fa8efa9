import Records

extension Promotion {
    /// What the records say of who is where.
    enum Standing: Equatable {
        /// The generations are where they were, and free to be drained.
        case free
        /// All live ones are drained by this promotion, until then by Redis's clock.
        case drained(until: Int64)
        /// The generations of the build are in the home database, and those of home in the other one.
        case exchanged
        /// Something else, in words; this promotion may still hold some records.
        case other(String)
    }

    func standing(_ reading: PromotionReading) -> Standing {
        let home = reading.home.records
        let build = reading.build.records
        if areExchanged(home, build) { return .exchanged }
        var drained: [Int64] = []
        var free = 0
        for (index, projection) in subject.projections.enumerated() {
            let name = projection.name
            guard let found = build[index], found.isSameGeneration(as: projection.build) else {
                return .other("\(name): generation \(projection.build.number) is no longer in the build's database")
            }
            guard found.state == .open else {
                return .other("\(name): generation \(found.number) of the build is \(found.state.rawValue)")
            }
            guard let live = projection.live else {
                if reading.home.texts[index] == nil { continue }
                return .other("\(name): a generation of it appeared in the home database")
            }
            guard let record = home[index], record.isSameGeneration(as: live) else {
                return .other("\(name): generation \(live.number) is no longer in the home database")
            }
            switch record.state {
            case .draining where record.token == settings.token: drained.append(record.deadline)
            // Whoever drained it is late: any worker may set it back, and so may this promotion.
            case .draining where record.deadline > reading.time:
                return .other("\(name): another promotion is under way (token \(record.token))")
            case .dropping: return .other("\(name): generation \(live.number) is being dropped")
            case .open, .draining: free += 1
            }
        }
        if free == 0, let until = drained.min() { return .drained(until: until) }
        return drained.isEmpty
            ? .free : .other("a worker set some of the records back to open: the drain took too long")
    }

    private func areExchanged(_ home: [GenerationRecord?], _ build: [GenerationRecord?]) -> Bool {
        subject.projections.indices.allSatisfy { index in
            let projection = subject.projections[index]
            guard home[index]?.isSameGeneration(as: projection.build) == true else { return false }
            guard let live = projection.live else { return build[index] == nil }
            return build[index]?.isSameGeneration(as: live) == true
        }
    }

    mutating func decide(_ reading: PromotionReading, now: Int64) -> Action {
        let standing = standing(reading)
        if standing == .exchanged {
            guard hasSentSwap, reading.promotion == settings.token else {
                return endWithout("another promotion has made this build live")
            }
            return end(.swapped(pauseMilliseconds: now - (drainedAt ?? now)))
        }
        if reading.knownCounts != counts, retreat == nil {
            counts = reading.knownCounts
            return look()
        }
        switch standing {
        case .free where drainedAt != nil:
            return endWithout(
                retreat ?? "the drain was taken back: its deadline passed\(awaited), or Redis lost it in a failover")
        case .free:
            if let retreat { return endWithout(retreat) }
            return drain(reading)
        case .drained(let until):
            if drainedAt == nil { drainedAt = now }
            return retreat == nil ? meet(reading, until: until) : reopen(reading)
        case .other(let words):
            cancel(words)
            return reopen(reading)
        case .exchanged: return look()
        }
    }

    /// The live generations stand: is the build where they are?
    private mutating func meet(_ reading: PromotionReading, until: Int64) -> Action {
        phase = .meeting
        let distance = reading.distance(subject)
        if case .behind(let words) = distance { awaited = " (\(words))" }
        if reading.time >= until {
            cancel("the build did not reach the live checkpoints before the drain's deadline\(awaited)")
        } else if let damaged = reading.damage.first {
            cancel("the build is damaged: \(damaged)")
        } else if case .apart(let words) = distance {
            cancel("the build is not behind live: \(words)")
        } else if let before, let place = reading.newlyParked(since: before, subject) {
            cancel("the build has parked an event of \(place) that live has not parked")
        }
        guard retreat == nil else { return reopen(reading) }
        guard distance == .met else { return .wait(milliseconds: settings.pollMilliseconds) }
        phase = .swapping
        hasSentSwap = true
        return .send(swapCommands(at: reading.time))
    }
}
