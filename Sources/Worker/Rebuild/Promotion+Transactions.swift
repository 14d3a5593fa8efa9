import Records

// The three transactions of a promotion; each is sent on the connection that has just looked, under that look's WATCH.
extension Promotion {
    /// From here on nobody writes the live generations.
    mutating func drain(_ reading: PromotionReading) -> Action {
        before = reading
        phase = .draining
        hasSentDrain = true
        let deadline = reading.time + settings.drainMilliseconds
        var commands = [["MULTI"]]
        for projection in subject.projections {
            guard let live = projection.live else { continue }
            let record = live.opened.draining(token: settings.token, until: deadline)
            commands.append(["SET", projection.keys.generation, record.text])
        }
        commands.append(["EXEC"])
        return .send(commands)
    }

    mutating func takeDrain(_ outcome: ExecOutcome, now: Int64) -> Action {
        if drainedAt == nil { hasSentDrain = hasLostDrain }
        switch outcome {
        case .applied:
            hasSentDrain = true
            drainedAt = now
            phase = .meeting
            return look()
        case .changed:
            collided("the records keep changing: is another promotion under way?")
            phase = .comparing
            return look()
        case .refused(let words): return endWithout("Redis refused the drain: \(words)")
        case .torn(let words):
            hasSentDrain = true
            cancel("the drain failed in part: \(words)")
            phase = .comparing
            return look()
        }
    }

    /// Both databases exchange their contents; what was live is open again, the history stays at home.
    func swapCommands(at time: Int64) -> [[String]] {
        var entry = settings.history
        entry.time = time
        var commands = [
            ["MULTI"], ["SWAPDB", "\(subject.home)", "\(subject.database)"], ["DEL", KeySpace.history],
            ["SELECT", "\(subject.database)"], ["MOVE", KeySpace.history, "\(subject.home)"],
        ]
        for projection in subject.projections {
            guard let live = projection.live else { continue }
            commands.append(["SET", projection.keys.generation, live.opened.text])
            commands.append(["HSET", projection.keys.about, About.liveUntil, "\(time)"])
        }
        commands.append(["SELECT", "\(subject.home)"])
        for projection in subject.projections {
            let fields = [About.promotedAt, "\(time)", About.promotedBy, entry.who, About.promotion, settings.token]
            commands.append(["HSET", projection.keys.about] + fields)
        }
        return commands + entry.commands + [["EXEC"]]
    }

    mutating func takeSwap(_ outcome: ExecOutcome, now: Int64) -> Action {
        switch outcome {
        case .applied: return end(.swapped(pauseMilliseconds: now - (drainedAt ?? now)))
        // By the build's lanes, a worker or another promotion: the next look shows which.
        case .changed: break
        case .refused(let words): cancel("Redis refused the exchange: \(words)")
        case .torn(let words): cancel("the exchange failed in part: \(words)")
        }
        phase = .meeting
        return look()
    }

    /// Sets back what this promotion drained, and nothing else.
    mutating func reopen(_ reading: PromotionReading) -> Action {
        var commands = [["MULTI"]]
        for (index, projection) in subject.projections.enumerated() {
            guard let live = projection.live, let found = reading.home.records[index],
                found.isSameGeneration(as: live), found.state == .draining, found.token == settings.token
            else { continue }
            commands.append(["SET", projection.keys.generation, live.opened.text])
        }
        guard commands.count > 1 else { return endWithout(retreat ?? "given up") }
        phase = .reopening
        return .send(commands + [["EXEC"]])
    }

    mutating func takeReopening(_ outcome: ExecOutcome, now: Int64) -> Action {
        switch outcome {
        case .applied: return endWithout(retreat ?? "given up")
        case .changed:
            phase = .meeting
            return look()
        case .refused(let words), .torn(let words):
            return troubled("\(retreat ?? "given up"); setting the records back was refused: \(words)", now: now)
        }
    }
}
