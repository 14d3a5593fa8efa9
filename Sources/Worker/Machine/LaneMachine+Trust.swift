import Projections
import Records

// Is the log that Kafka gives still the one that the checkpoints describe? A topic can be created again, or the address
// can lead to another cluster, while a lane runs. Whenever something happens behind which that could hide, a partition
// is in doubt, and its next event waits until the log was inspected.
extension LaneMachine {
    /// Something happened at Kafka: what it gives from now on is trusted only after an inspection that begins after this.
    public mutating func doubtLogs() {
        _ = trust.raise()
        for slot in slots { doubt(slot) }
    }

    mutating func doubt(_ slot: Int) {
        table[slot].trust.doubt(trust.number)
        // An anchor that was found before says nothing of what follows.
        table[slot].replay?.hasSeenAnchor = false
    }

    /// An event of a partition in doubt waits, for an inspection that begins after the event came.
    @inline(never)
    mutating func awaitInspection(_ slot: Int) -> Offer {
        if trust.slotAwaiting != slot {
            _ = trust.raise()
            doubt(slot)
            trust.hold(slot)
        }
        return .later
    }

    /// Asks if an event waits for it, and now and then without one.
    mutating func inspectIfDue(now: Int64) {
        guard !trust.isInspecting, !isStopping, holdsGeneration else { return }
        if let awaited = trust.slotAwaiting {
            let topic = table[awaited].topic
            // Where one partition was quiet its topic was, mostly: one question for all of them. One without a witness is
            // known by those that have one.
            let others = inspectable { $0.topic == topic && (!$0.trust.isTrusted || $0.trust.witness != nil) }
            inspect([awaited] + others.filter { $0 != awaited })
            return
        }
        guard trust.isDue(every: settings.inspectionInterval, now: now) else { return }
        let chosen = trust.choose(from: inspectable { _ in true }, limit: settings.claimsPerInspection)
        if !chosen.isEmpty { inspect(chosen) }
    }

    private func inspectable(_ isWanted: (Partition) -> Bool) -> [Int] {
        table.slots { $0.isFolding && !$0.isLeaving && isWanted($0) }
    }

    private mutating func inspect(_ slots: [Int]) {
        let claims = slots.prefix(settings.claimsPerInspection).map { slot in
            table[slot].trust.inspect(table[slot].position.anchor)
            return LogInspection.Claim(
                topic: table[slot].topicName, partition: table[slot].partition, witness: table[slot].trust.witness)
        }
        actions.append(.inspect(LogInspection(number: trust.begin(), claims: claims)))
    }

    /// An inspection has ended.
    public mutating func inspected(_ findings: LogFindings, now: Int64) {
        let number = findings.inspection.number
        trust.end()
        // One that began before the event came says nothing of it: the event waits for the next.
        let awaited = trust.slotAwaiting.flatMap { table[$0].trust.isAnswered(by: number) ? $0 : nil }
        if awaited != nil { trust.forget(nil) }
        for (claim, verdict) in zip(findings.inspection.claims, findings.verdicts) {
            guard let slot = table.slot(topic: claim.topic, partition: claim.partition), table[slot].isFolding,
                table[slot].trust.isAnswered(by: number)
            else { continue }
            weigh(verdict, slot, awaited: awaited, now: now)
        }
        advance(now: now, queueIsEmpty: true)
    }

    private mutating func weigh(_ verdict: LogFindings.Verdict, _ slot: Int, awaited: Int?, now: Int64) {
        switch verdict {
        // Without an event that waits, trust is not renewed: a quiet partition is asked about when it speaks again.
        case .same:
            table[slot].trust.isSame()
            guard let awaited, slot == awaited || table[slot].trust.witness != nil else { return }
            table[slot].trust.isTrusted = true
        case .unknown(let words):
            guard awaited != nil else { return }
            report(.uninspected(slot: slot, words))
            readAgain(slot, notBefore: now + nextPause(of: slot))
        case .other(let found):
            haltLog(
                slot,
                "\(table[slot].name): this is not the log that was projected up to offset \(table[slot].stored.next): "
                    + "\(found). Nothing more of it is projected. Bring the topic back, or build the views "
                    + "again (`lantern run --fresh \(settings.plan.name)`).")
        }
    }

    /// A partition's log is not the one that was projected. Its topic's other partitions stop with it: they may be of another
    /// topic too, and nothing of what is folded and not sent may be written.
    mutating func haltLog(_ slot: Int, _ message: String) {
        if hasBatch { dropBatch(notBefore: 0) }
        let topic = table[slot].topic
        for other in slots where other != slot && table[other].topic == topic && !table[other].isHalted {
            halt(
                other, .logTruncated,
                "\(table[other].name) halts because another partition of its topic did: \(message)")
        }
        halt(slot, .logTruncated, message)
    }

    // MARK: Reading again

    /// The partition's checkpoint is read again, and the log compared with it; what is folded of it is dropped.
    mutating func readAgain(_ slot: Int, notBefore: Int64) {
        // A batch that holds it goes whole: it cannot be split.
        if table[slot].checkpoint.isTouched { dropBatch(notBefore: notBefore) }
        guard !table[slot].isHalted else { return }
        reload(slot, notBefore: notBefore)
        pause([slot])
    }

    /// The log seems to end before the checkpoint. A new leader that lags says so for a moment; false: it has lasted.
    mutating func waitsForEnd(_ slot: Int, now: Int64) -> Bool {
        guard table[slot].trust.isShort(now: now) < settings.shortEndPatience else { return false }
        readAgain(slot, notBefore: now + nextPause(of: slot))
        return true
    }
}
