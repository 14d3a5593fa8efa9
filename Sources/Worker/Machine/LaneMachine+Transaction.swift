import Bytes
import Projections
import Records
public import Redis

// The one transaction: when it goes, what is in it, and what its outcome means.
extension LaneMachine {
    /// Whether the open batch should go now, and may.
    mutating func closeIfPossible(now: Int64, queueIsEmpty: Bool) {
        guard fence == .held, !isInFlight, holdsGeneration else {
            if !queueIsEmpty { batch.growWhileWaiting() }
            return
        }
        guard hasBatch || table.contains(where: { $0.isWritable }) else { return }
        if !queueIsEmpty, mayFill(now: now) { return }
        // Never an empty transaction: what is touched but not watched waits for another fence.
        guard table.watched.contains(where: { table[$0].isWritable }) else {
            if isOpen { dropBatch(notBefore: now) } else { askFence(now: now) }
            return
        }
        if hasCompacted, isLate(now: now) {
            dropBatch(notBefore: now)
            return
        }
        close(now: now)
    }

    /// Kafka has more: whether the batch may be filled further before it goes.
    private mutating func mayFill(now: Int64) -> Bool {
        guard batch.slotAwaitingFence == nil, trust.slotAwaiting == nil, session?.desk.leavesRoom == true, !isStopping
        else { return false }
        return batch.mayFill(now: now)
    }

    /// Sends what is folded on its way before the fence has answered; what is held back is only the checkpoints and EXEC.
    mutating func stream() {
        guard !batch.changes.isMerging, fence != .absent, session?.hasCommitted == true, holdsGeneration,
            !isStopping, batch.unqueuedBytes >= settings.chunkBytes
        else { return }
        session?.queue(&batch)
    }

    /// MULTI · changes… · their names · SET checkpoint(p)… · EXEC · WATCH · MGET
    private mutating func close(now: Int64) {
        batch.judge()
        session?.queue(&batch)
        counters.changes += batch.takeChangeCount()
        // Nobody reads the rows of a build.
        if settings.plan.announcesChanges, settings.role == .live { session?.announce() }
        for slot in table.watched where table[slot].isWritable {
            let text = table[slot].sendCheckpoint(settings.writer)
            session?.queueCheckpoint(table[slot].identity.checkpointKey, text)
            countClosed(slot)
        }
        let commands = session?.close(now: now) ?? 0
        counters.transactions += 1
        counters.commands += Int64(commands)
        batch.restart()
        table.countTouched()
        if mustWriteDamage(now: now) || table.contains(where: { $0.isDue(now: now) || $0.isChecking }) {
            // Checkpoints are read on a connection without outstanding replies: under load there would never be one.
            endFence()
        } else {
            appendFence(now: now)
        }
    }

    // MARK: Replies

    /// Several replies `QUEUED`, no more than `expectedQueued`.
    public mutating func receivedQueued(_ count: Int, now: Int64) { session?.receivedQueued(count, now: now) }

    /// One reply from Redis, in order.
    public mutating func received(_ reply: borrowing Reply, now: Int64) {
        guard let expectation = session?.takeExpectation(now: now) else {
            dropConnection("Redis sent a reply without a matching command", now: now)
            return
        }
        switch expectation {
        case .multi, .watch:
            if !reply.isOK { session?.refuse(reply) }
        case .queued: queued(reply, now: now)
        case .executed(let count): executed(reply, count: count, now: now)
        case .fence: fenceAnswered(reply, now: now)
        case .requestCount: requestsCounted(reply)
        case .requests: requestsAnswered(reply)
        case .role:
            if reply.kind == .array, reply.count > 0, !reply.element(0).bytes.isEqual(to: "master") {
                dropConnection("Redis is no longer a master", now: now)
            }
        case .time: timeAnswered(reply)
        case .memory: memoryAnswered(reply, now: now)
        case .discarded: _ = session?.takeRefusal()
        case .record: recordAnswered(reply, now: now)
        case .ignored: break
        }
    }

    private mutating func queued(_ reply: borrowing Reply, now: Int64) {
        guard !reply.isQueued else { return }
        guard reply.kind != .error else {
            session?.refuse(reply)
            return
        }
        recordDamage(
            "Redis returned \(reply.bytes.readable) inside MULTI instead of QUEUED: it may have run the command by itself",
            mayBeBare: true, now: now)
        dropConnection("Redis does not execute transactions as a whole", now: now)
    }

    private mutating func executed(_ reply: borrowing Reply, count: Int, now: Int64) {
        if reply.isNil {
            counters.fenced += 1
            report(.fenced(slot: nil, by: nil))
            table.retractInFlight()
            dropBatch(notBefore: now)
            return
        }
        if reply.kind == .error {
            session?.refuse(reply)
            refused(now: now)
            return
        }
        let summary = reply.summary
        guard summary.count == count else {
            recordDamage("EXEC returned \(summary.count) replies for \(count) commands", mayBeBare: true, now: now)
            dropConnection("Redis does not execute transactions as a whole", now: now)
            return
        }
        if let index = summary.firstErrorIndex {
            recordDamage(
                "\(locateInFlight(command: index + 1)): \(reply.element(index).bytes.readable)", mayBeBare: false,
                now: now)
        } else if summary.hasInexactNumber {
            recordDamage(
                "a leaderboard's sum reached ±2^53, where a score is no longer exact", mayBeBare: false, now: now)
        } else {
            applied(now: now)
        }
    }

    private mutating func applied(now: Int64) {
        measureApplied(now: now)
        session?.hasCommitted = true
        redial.refusals.reset()
        if batch.isolation != nil { passIsolated(batch.eventsInFlight) }
        served()
        var commits: [Placement] = []
        for slot in slots where table[slot].checkpoint.inFlight != nil {
            acknowledge(slot)
            measureVisible(slot, now: now)
            commits.append(Placement(slot: slot, offset: table[slot].stored.next))
        }
        if !commits.isEmpty { actions.append(.commit(commits)) }
    }

    private mutating func acknowledge(_ slot: Int) {
        table[slot].checkpoint.acknowledge()
        table[slot].backOff.reset()
        // The next owner need not look at the last batch again if this one says that it was clean.
        if isStopping || table[slot].isLeaving, !table[slot].checkpoint.isTouched, !table[slot].stored.isConfirmed {
            table[slot].checkpoint.wantsConfirmation = true
        }
    }
}
