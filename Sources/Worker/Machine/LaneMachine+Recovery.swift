import Bytes
import Redis

// Every failure ends here: drop what is folded, read again, continue from what Redis says.
extension LaneMachine {
    /// Drops what is folded and not sent; its partitions are read again, nil: when the shell says so.
    mutating func dropBatch(notBefore: Int64?) {
        session?.discardOpen()
        session?.desk.deadLetters.removeAll()
        for slot in table.slots where table[slot].tally.open.passed > 0 { countDropped(slot) }
        batch.drop()
        trust.forget(nil)
        endFence()
        session?.fence.isCurrent = false
        pause(table.dropBatch(notBefore: notBefore))
    }

    mutating func dial(now: Int64) {
        guard let due = redial.dueAt, now >= due, !isStopping else { return }
        redial.dialing()
        actions.append(redial.isSearching ? .locateGeneration(found: redial.found) : .connect)
    }

    /// Throws the connection away; what was in flight is of unknown outcome.
    mutating func dropConnection(_ reason: String, now: Int64) {
        guard session != nil else { return }
        actions.append(.disconnect)
        disconnected(reason, now: now)
    }

    /// The connection is gone. What was in flight stays unresolved until the checkpoints are read again.
    public mutating func disconnected(_ reason: String, now: Int64) {
        guard let hadServed = session?.hasServed else { return }
        let words = ofSession { $0.lastWords(reason) } ?? reason
        let hadTransaction = isInFlight || isOpen
        if isInFlight { counters.unknown += 1 }
        let suspect = hadTransaction ? isolate(words) : nil
        session = nil
        report(.connectionLost(words))
        redial.lost(wasOfUse: hadServed, hadTransaction: hadTransaction, settings, &random, now: now)
        table.loseTrack()
        dropBatch(notBefore: now)
        // One that replays must not begin to fold without a connection: its checkpoint is read again as well.
        let again = table.slots { $0.isReading || $0.replay != nil }
        for slot in again { reload(slot, notBefore: now) }
        pause(again)
        if let suspect { haltUnreadable(suspect, words) }
    }

    /// A new connection is ready: role, version and transactions were checked.
    public mutating func connected(now: Int64) {
        counters.connects += 1
        session = Session(settings, now: now)
        redial.dialing()
        report(.connected)
        readSuspended(now: now)
        // It may be a Redis that has lost the damage.
        for slot in slots where table[slot].haltReason?.code == .damaged { reload(slot, notBefore: now) }
    }

    public mutating func connectFailed(now: Int64) { redial.failed(settings, &random, now: now) }

    /// The connection was of use.
    mutating func served() {
        session?.hasServed = true
        redial.served()
    }

    /// A new connection, not at once.
    mutating func reconnectLater(_ reason: String, now: Int64) {
        let pause = redial.refusals.next(settings, &random)
        dropConnection(reason, now: now)
        redial.later(at: now + pause)
    }

    /// EXECABORT and its kin: nothing was applied. What comes next depends on the server's word.
    mutating func refused(now: Int64) {
        let refusal = session?.takeRefusal()
        let words = refusal?.words ?? "an error without a message"
        counters.refused += 1
        table.retractInFlight()
        report(.refused(words))
        switch refusal?.handling ?? .stop {
        // That checkpoints can be read says nothing of writing: only a transaction ends this back-off.
        case .retryLater: dropBatch(notBefore: now + redial.refusals.next(settings, &random))
        case .reconnect: reconnectLater("Redis refused: \(words)", now: now)
        case .stop:
            dropBatch(notBefore: now)
            for slot in slots where !table[slot].isHalted {
                halt(
                    slot, .serverRefuses,
                    "Redis refuses the transactions of \(table[slot].name): \(words). Correct its configuration or this user's rights, then restart the worker."
                )
            }
        }
    }
}
