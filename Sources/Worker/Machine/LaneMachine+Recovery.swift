import Bytes
public import Projections
public import Records
import Redis

// Every failure ends here: drop what is folded, read again, continue from what Redis says.
extension LaneMachine {
    /// Drops what is folded and not sent; its partitions are read again.
    mutating func dropBatch(notBefore: Int64) {
        discardOpen()
        policy.dropped()
        batchSince = 0
        changes.removeAll()
        parking.removeAll(keeping: 1 << 20)
        eventsInBatch = 0
        touchedCount = 0
        wanted = nil
        slotAwaitingInspection = nil
        endFence()
        fenceIsCurrent = false
        var again: [Int] = []
        for slot in slots {
            let wasTouched = partitions[slot].isTouched
            partitions[slot].isTouched = false
            partitions[slot].passed = -1
            partitions[slot].wantsConfirmation = false
            switch partitions[slot].phase {
            case .folding, .deadLettering: again.append(slot)
            case .halted(let reason) where wasTouched && reason.code != .damaged: again.append(slot)
            default: break
            }
        }
        deadLetters.removeAll()
        for slot in again {
            partitions[slot].phase = .waiting(notBefore: notBefore)
            partitions[slot].next = partitions[slot].believedNext
        }
        pause(again)
    }

    /// Throws the connection away; what was in flight is of unknown outcome.
    mutating func dropConnection(_ reason: String, now: Int64) {
        guard link == .up else { return }
        actions.append(.disconnect)
        disconnected(reason, now: now)
    }

    /// The connection is gone. `sent` stays: the next reading of the checkpoints settles it.
    public mutating func disconnected(_ reason: String, now: Int64) {
        if link == .up { actions.append(.report(.connectionLost(reason))) }
        // One that breaks before it was of any use is not tried again at once: the server may take connections and drop them.
        link = .down(retryAt: isProven ? now : now + nextConnectBackOff())
        resetConnection(now: now)
    }

    private mutating func resetConnection(now: Int64) {
        expectations.removeAll()
        output.removeAll(keeping: 1 << 20)
        isInFlight = false
        isOpen = false
        mayStream = false
        waitingSince = 0
        refusal = nil
        refusalHandling = nil
        isAttending = false
        requests.removeAll()
        isAttendDue = false
        attendAt = 0
        retractInFlight()
        dropBatch(notBefore: now)
        // One that replays must not begin to fold without a connection: it is settled again as well.
        let again = slots.filter { [.settling, .replaying, .checking].contains(partitions[$0].phase) }
        for slot in again { reload(slot, notBefore: now) }
        pause(again)
    }

    /// What was in flight counts as not sent: one that halted behind it is read again too.
    private mutating func retractInFlight() {
        for slot in slots where partitions[slot].isInFlight {
            partitions[slot].isInFlight = false
            partitions[slot].isTouched = true
        }
    }

    /// A new connection is ready: role, version and transactions were checked.
    public mutating func connected(now: Int64) {
        link = .up
        isProven = false
        nextHeartbeat = now + settings.heartbeat
        actions.append(.report(.connected))
        readDamagedAgain(now: now)
    }

    public mutating func connectFailed(now: Int64) {
        link = .down(retryAt: now + nextConnectBackOff())
    }

    /// The connection was of use: the next attempt after a loss is made at once.
    mutating func proved() {
        isProven = true
        connectBackOff = 0
    }

    /// A new connection, not at once.
    mutating func reconnectLater(_ reason: String, now: Int64) {
        refusalBackOff = longer(refusalBackOff)
        dropConnection(reason, now: now)
        link = .down(retryAt: now + jittered(refusalBackOff))
    }

    /// 0.2 s doubling to 10 s, with jitter.
    mutating func jittered(_ backOff: Int64) -> Int64 {
        backOff / 2 + Int64.random(in: 0...backOff / 2, using: &random)
    }

    func longer(_ backOff: Int64) -> Int64 {
        backOff == 0 ? settings.backOffFirst : min(backOff * 2, settings.backOffLast)
    }

    private mutating func nextConnectBackOff() -> Int64 {
        connectBackOff = longer(connectBackOff)
        return jittered(connectBackOff)
    }

    mutating func nextBackOff(of slot: Int) -> Int64 {
        partitions[slot].backOff = longer(partitions[slot].backOff)
        return jittered(partitions[slot].backOff)
    }

    /// EXECABORT and its kin: nothing was applied. What comes next depends on the server's word.
    mutating func refused(now: Int64) {
        let words = refusal ?? "an error without a message"
        let handling = refusalHandling ?? .stop
        refusal = nil
        refusalHandling = nil
        isInFlight = false
        counters.refused += 1
        for slot in slots where partitions[slot].isInFlight { partitions[slot].sent = [] }
        retractInFlight()
        actions.append(.report(.refused(words)))
        switch handling {
        case .retryLater:
            // That checkpoints can be read says nothing of writing: only a transaction ends this back-off.
            refusalBackOff = longer(refusalBackOff)
            dropBatch(notBefore: now + jittered(refusalBackOff))
        case .reconnect: reconnectLater("Redis refused: \(words)", now: now)
        case .stop:
            dropBatch(notBefore: now)
            for slot in slots where !partitions[slot].isHalted {
                halt(
                    slot, .serverRefuses,
                    "Redis refuses the transactions of \(partitions[slot].name): \(words). Correct its configuration or this user's rights, then restart the worker."
                )
            }
        }
    }

    // MARK: What status shows

    /// Leaves something for `status`; sent at the next opportunity, and forgotten if too much waits.
    mutating func note(_ arguments: [String]) {
        if notes.count < 1_000 { notes.append(arguments) }
    }

    mutating func sendNotes(now: Int64) {
        guard !notes.isEmpty else { return }
        let waiting = notes
        notes.removeAll()
        for arguments in waiting { sendOutside(arguments, now: now) }
    }

    /// A command outside of the fence, its reply not read.
    private mutating func sendOutside(_ arguments: [String], now: Int64) {
        var command = CommandBuffer(capacity: 256)
        command.begin(arguments.count)
        for argument in arguments { command.argument(text: argument) }
        output.append(command.bytes.span)
        expectations.append(.ignored)
        if waitingSince == 0 { waitingSince = now }
    }

    /// The rows that a replay touched were read.
    public mutating func verified(_ slot: Int, damage found: String?, now: Int64) {
        guard partitions[slot].phase == .checking else { return }
        let sawAnchor = partitions[slot].replay?.hasSeenAnchor ?? false
        partitions[slot].replay = nil
        if let found {
            damage(slot, found, now: now)
            return
        }
        startFolding(slot, sawAnchor: sawAnchor)
        if partitions[slot].needsPlacement { place(slot, at: partitions[slot].next) }
    }

    /// What a replay touched, for the shell to check.
    public func touched(_ slot: Int) -> [TouchedEntry] { partitions[slot].replay?.touched ?? [] }

    // MARK: Requests and dead letters

    /// The least time for projecting between two turns for requests, in milliseconds.
    private static var projectingTime: Int64 { 10 }

    /// A turn for the operator's requests has ended; the partitions that it changed are read again, and what is `left` comes
    /// with the next turn, after as much time for projecting as this one took.
    public mutating func attended(reload slots: [Int], left: [ParkingRequest] = [], since begin: Int64, now: Int64) {
        isAttending = false
        isAttendDue = false
        requests = left
        attendAt = left.isEmpty ? 0 : now + max(now - begin, Self.projectingTime)
        for slot in slots { reload(slot) }
        pause(slots)
        endFence()
    }

    /// A dead letter was tried: once it is delivered the event is behind us. One that can never be delivered is parked.
    public mutating func deadLettered(
        _ slot: Int, _ record: ParkedRecord, _ outcome: DeadLetterOutcome, now: Int64
    ) {
        isAttending = false
        if !deadLetters.isEmpty { deadLetters.removeFirst() }
        guard partitions[slot].phase == .deadLettering else { return }
        switch outcome {
        case .failed:
            reload(slot, notBefore: now + nextBackOff(of: slot))
            return
        case .delivered:
            partitions[slot].phase = .folding
            partitions[slot].next = record.offset + 1
            counters.skipped += 1
            touch(slot)
        case .impossible(let words):
            partitions[slot].phase = .folding
            var record = record
            record.reason += " (parked, because the dead-letter topic cannot take it: \(words))"
            park(record, slot: slot)
            guard partitions[slot].isFolding else { return }
        }
        // The fence was chosen while this partition was idle.
        endFence()
        place(slot, at: record.offset + 1)
    }
}

extension LanePartition {
    var isFolding: Bool { if case .folding = phase { true } else { false } }
    var isHalted: Bool { if case .halted = phase { true } else { false } }
}
