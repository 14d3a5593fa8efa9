import Projections
import Records

// Is the log that Kafka gives still the one that the checkpoints describe? A topic can be created again, or the address
// can lead to another cluster, while a lane runs. Whenever something happens behind which that could hide, a partition
// is in doubt, and its next event waits until the log was inspected.
extension LaneMachine {
    /// Something happened at Kafka: what it gives from now on is trusted only after an inspection that begins after this.
    public mutating func doubtLogs() {
        doubts += 1
        for slot in partitions.indices { doubt(slot) }
    }

    mutating func doubt(_ slot: Int) {
        partitions[slot].isTrusted = false
        partitions[slot].doubt = doubts
        // An anchor that was found before says nothing of what follows.
        partitions[slot].replay?.hasSeenAnchor = false
    }

    /// An event of a partition in doubt waits, for an inspection that begins after the event came.
    @inline(never)
    mutating func awaitInspection(_ slot: Int) -> Taken {
        if slotAwaitingInspection != slot {
            doubts += 1
            doubt(slot)
            slotAwaitingInspection = slot
        }
        return .later
    }

    /// Asks if an event waits for it, and now and then without one.
    mutating func inspectIfDue(now: Int64) {
        guard !isInspecting, !isStopping, !isDeaf else { return }
        if let awaited = slotAwaitingInspection {
            let topic = partitions[awaited].topic
            // Where one partition was quiet its topic was, mostly: one question for all of them. One without a witness is
            // known by those that have one.
            let others = foldingSlots { $0.topic == topic && (!$0.isTrusted || $0.witness != nil) }
            inspect([awaited] + others.filter { $0 != awaited })
        } else if now >= nextInspection {
            nextInspection = now + settings.inspectionInterval
            let folding = foldingSlots { _ in true }
            let start = folding.firstIndex { $0 >= nextInspected } ?? 0
            let chosen = (folding[start...] + folding[..<start]).prefix(settings.claimsPerInspection)
            nextInspected = (chosen.last ?? -1) + 1
            if !chosen.isEmpty { inspect(Array(chosen)) }
        }
    }

    private func foldingSlots(_ isWanted: (LanePartition) -> Bool) -> [Int] {
        slots.filter { partitions[$0].phase == .folding && !partitions[$0].isLeaving && isWanted(partitions[$0]) }
    }

    private mutating func inspect(_ slots: [Int]) {
        isInspecting = true
        let claims = slots.prefix(settings.claimsPerInspection).map { slot in
            partitions[slot].nextWitness = partitions[slot].anchor
            return LogInspection.Claim(
                topic: partitions[slot].topicName, partition: partitions[slot].partition,
                witness: partitions[slot].witness)
        }
        actions.append(.inspect(LogInspection(number: doubts, claims: claims)))
        doubts += 1
    }

    /// An inspection has ended.
    public mutating func inspected(_ findings: LogFindings, now: Int64) {
        isInspecting = false
        // One that began before the event came says nothing of it: the event waits for the next.
        let awaited = slotAwaitingInspection.flatMap { partitions[$0].doubt <= findings.inspection.number ? $0 : nil }
        if awaited != nil { slotAwaitingInspection = nil }
        for (claim, verdict) in zip(findings.inspection.claims, findings.verdicts) {
            guard
                let slot = slots.first(where: {
                    partitions[$0].topicName == claim.topic && partitions[$0].partition == claim.partition
                }), partitions[slot].phase == .folding, partitions[slot].doubt <= findings.inspection.number
            else { continue }
            switch verdict {
            // Without an event that waits, trust is not renewed: a quiet partition is asked about when it speaks again.
            case .same:
                // The old witness is still there, so what was read in between was read from the same log.
                partitions[slot].witness = partitions[slot].nextWitness ?? partitions[slot].witness
                if let awaited, slot == awaited || partitions[slot].witness != nil { partitions[slot].isTrusted = true }
            case .unknown(let words):
                guard awaited != nil else { continue }
                actions.append(.report(.uninspected(slot: slot, words)))
                readAgain(slot, notBefore: now + nextBackOff(of: slot))
            case .other(let found): haltExchanged(slot, found)
            }
        }
        advance(now: now, queueIsEmpty: true)
    }

    private mutating func haltExchanged(_ slot: Int, _ found: String) {
        haltLog(
            slot,
            "\(partitions[slot].name): this is not the log that was projected up to offset \(partitions[slot].believedNext): "
                + "\(found). Nothing more of it is projected. Rebuild the projection "
                + "(`lantern run --fresh \(settings.plan.name)`), or bring the topic back.")
    }

    /// A partition's log is not the one that was projected. Its topic's other partitions stop with it: they may be of another
    /// topic too, and nothing of what is folded and not sent may be written.
    mutating func haltLog(_ slot: Int, _ message: String) {
        if hasBatch { dropBatch(notBefore: 0) }
        let topic = partitions[slot].topic
        for other in slots where other != slot && partitions[other].topic == topic && !partitions[other].isHalted {
            halt(
                other, .logTruncated,
                "\(partitions[other].name) halts because another partition of its topic did: \(message)")
        }
        halt(slot, .logTruncated, message)
    }

    // MARK: Reading again

    /// The partition's checkpoint is read again, and the log compared with it; what is folded of it is dropped.
    mutating func readAgain(_ slot: Int, notBefore: Int64) {
        // A batch that holds it goes whole: it cannot be split.
        if partitions[slot].isTouched { dropBatch(notBefore: notBefore) }
        if case .halted = partitions[slot].phase { return }
        reload(slot, notBefore: notBefore)
        pause([slot])
    }

    /// Kafka says that the offset to be read is not in the log.
    public mutating func logRefused(_ slot: Int, now: Int64) {
        doubt(slot)
        readAgain(slot, notBefore: now + nextBackOff(of: slot))
    }

    /// Whether the shell is to have it placed in Kafka.
    func reads(_ slot: Int) -> Bool {
        switch partitions[slot].phase {
        case .folding, .replaying, .checking: !partitions[slot].isPaused
        default: false
        }
    }

    /// Kafka's library did not take these placements: they are tried again, as after a checkpoint that cannot be read.
    public mutating func placementFailed(_ slots: [Int], now: Int64) {
        for slot in slots { readAgain(slot, notBefore: now + nextBackOff(of: slot)) }
    }

    /// The log seems to end before the checkpoint. A new leader that lags says so for a moment; false: it has lasted.
    mutating func waitsForEnd(_ slot: Int, now: Int64) -> Bool {
        if partitions[slot].shortSince == nil { partitions[slot].shortSince = now }
        guard let since = partitions[slot].shortSince, now - since < settings.shortEndPatience else { return false }
        readAgain(slot, notBefore: now + nextBackOff(of: slot))
        return true
    }
}
