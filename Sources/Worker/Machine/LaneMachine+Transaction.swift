import Bytes
import Projections
import Records
public import Redis

extension LaneMachine {
    /// Moves on as far as it can without waiting; called after anything has happened. `queueIsEmpty`: Kafka has nothing more
    /// at the moment, so that waiting for more to coalesce would only delay readers.
    public mutating func advance(now: Int64, queueIsEmpty: Bool) {
        isAttendDue = !requests.isEmpty && now >= attendAt && !isStopping
        switch link {
        case .down(let retryAt):
            if now >= retryAt, !isStopping {
                link = .connecting
                actions.append(.connect)
            }
        case .connecting: break
        case .up:
            if waitingSince > 0, now - waitingSince > settings.commandTimeout {
                dropConnection("Redis did not reply within \(settings.commandTimeout) ms", now: now)
                return
            }
            if !isOpen {
                heartbeatIfDue(now: now)
                sendNotes(now: now)
            }
            closeIfPossible(now: now, queueIsEmpty: queueIsEmpty)
            stream()
            inspectIfDue(now: now)
            if expectations.isEmpty, !isOpen { advanceQuiet(now: now) }
        }
        releaseLeaving()
    }

    /// When the machine wants `advance` at the latest, although nothing came.
    public func deadline(now: Int64) -> Int64 {
        var earliest = now + settings.heartbeat
        switch link {
        case .down(let retryAt): earliest = min(earliest, retryAt)
        case .connecting: break
        case .up:
            if waitingSince > 0 { earliest = min(earliest, waitingSince + settings.commandTimeout + 1) }
            if batchSince > 0 { earliest = min(earliest, batchSince + BatchPolicy.patience) }
            earliest = min(earliest, nextHeartbeat)
            if !requests.isEmpty { earliest = min(earliest, attendAt) }
            // While answers are outstanding nothing can be settled: the answer wakes the lane.
            if !unwritten.isEmpty { earliest = min(earliest, damageRetryAt) }
            for partition in partitions where expectations.isEmpty {
                if case .waiting(let notBefore) = partition.phase { earliest = min(earliest, notBefore) }
            }
        }
        return max(earliest, now)
    }

    /// What needs an idle connection: settling, checking rows, requests, the first fence.
    private mutating func advanceQuiet(now: Int64) {
        if mustWriteDamage(now: now), !actions.contains(.writeDamage(unwritten)) {
            actions.append(.writeDamage(unwritten))
            return
        }
        if isQuiet, !isAttending {
            if let (slot, record) = deadLetters.first {
                isAttending = true
                actions.append(.deadLetter(slot: slot, record))
                return
            }
            if isAttendDue {
                isAttending = true
                actions.append(.attend(requests))
                return
            }
        }
        guard !isDeaf, !isStopping else {
            // With more partitions than one fence holds, the next ones to be confirmed are watched in turn.
            if isStopping,
                slots.contains(where: { partitions[$0].needsWrite && (fence == .none || !partitions[$0].isWatched) })
            {
                askFence(now: now)
            }
            return
        }
        let due = slots.filter { isDue($0, now: now) }
        if !due.isEmpty {
            for slot in due { partitions[slot].phase = .settling }
            actions.append(.settle(due))
            return
        }
        for slot in slots where partitions[slot].phase == .checking && !actions.contains(.verify(slot: slot)) {
            actions.append(.verify(slot: slot))
        }
        let folding = slots.contains { partitions[$0].phase == .folding } || touchedCount > 0
        if folding, fence == .none || (wanted != nil && !isInFlight) || (!fenceIsCurrent && !isInFlight && !hasBatch) {
            askFence(now: now)
        }
    }

    private func isDue(_ slot: Int, now: Int64) -> Bool {
        if case .waiting(let notBefore) = partitions[slot].phase {
            return notBefore <= now && !partitions[slot].isLeaving
        }
        return false
    }

    private mutating func releaseLeaving() {
        let gone = slots.filter { partitions[$0].isLeaving && forgettable($0) }
        guard !gone.isEmpty else { return }
        for slot in gone { forget(slot) }
        actions.append(.release(gone))
    }

    // MARK: The transaction

    /// Whether the open batch should go now, and may.
    private mutating func closeIfPossible(now: Int64, queueIsEmpty: Bool) {
        guard fence == .held, !isInFlight, !isDeaf else {
            // There is nothing else to do meanwhile.
            if !queueIsEmpty, batchCommands >= policy.room { _ = grow(isWaiting: true) }
            return
        }
        let confirms =
            touchedCount == 0
            && slots.contains {
                partitions[$0].wantsConfirmation && partitions[$0].isWatched && partitions[$0].phase == .folding
            }
        guard hasBatch || confirms else { return }
        if !queueIsEmpty, mayFill(now: now) { return }
        // Never an empty transaction: what is touched but not watched waits for another fence.
        guard watched.contains(where: { partitions[$0].isWritable }) else {
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
        guard wanted == nil, slotAwaitingInspection == nil, !isAttendDue, deadLetters.isEmpty, !isStopping else {
            return false
        }
        if batchSince == 0 { batchSince = now }
        if now - batchSince >= BatchPolicy.patience || eventsInBatch >= settings.eventsPerTransaction { return false }
        if batchBytes >= settings.bytesPerTransaction { return false }
        return batchCommands < policy.room || grow(isWaiting: false)
    }

    private mutating func grow(isWaiting: Bool) -> Bool {
        policy.mayGrow(commands: batchCommands, offered: changes.offeredCount, isWaiting: isWaiting)
    }

    /// Sends what is folded on its way before the fence has answered; what is held back is only the checkpoints and EXEC.
    private mutating func stream() {
        guard !changes.isMerging, fence != .none, mayStream, !isDeaf, !isStopping,
            changes.byteCount + parking.bytes.count >= settings.chunkBytes
        else { return }
        pour()
    }

    /// Moves what is folded into the open transaction, and opens it if necessary.
    private mutating func pour() {
        if !isOpen {
            isOpen = true
            swap(&lastTransaction, &openTransaction)
            openTransaction.removeAll(keeping: 4 << 20)
            openTransaction.begin(1)
            openTransaction.argument("MULTI")
            expectations.append(.multi)
            pouredBytes = 0
        }
        let before = openTransaction.commandCount
        changes.encode(into: &openTransaction)
        openTransaction.append(parking)
        changes.removeAll()
        parking.removeAll(keeping: 1 << 20)
        sendPoured(since: before)
    }

    private mutating func sendPoured(since before: Int) {
        if openTransaction.commandCount > before { expectations.append(.queued(openTransaction.commandCount - before)) }
        output.append(openTransaction.bytes, from: pouredBytes)
        pouredBytes = openTransaction.bytes.count
    }

    /// MULTI · changes… · SET checkpoint(p)… · EXEC · WATCH · MGET
    private mutating func close(now: Int64) {
        policy.closed(commands: changes.commandCount, offered: changes.offeredCount)
        pour()
        let before = openTransaction.commandCount
        // A place in `watched` may have been given to another partition since, which this WATCH does not hold.
        for slot in watched where partitions[slot].isWritable { writeCheckpoint(slot) }
        sendPoured(since: before)
        let inside = openTransaction.commandCount - 1
        output.append("*1\r\n$4\r\nEXEC\r\n" as StaticString)
        expectations.append(.executed(inside))
        isOpen = false
        isInFlight = true
        waitingSince = now
        counters.transactions += 1
        counters.commands += Int64(inside)
        changes.isMerging = policy.isMerging
        eventsInBatch = 0
        batchSince = 0
        touchedCount = partitions.count { $0.isTouched }
        if mustWriteDamage(now: now)
            || partitions.indices.contains(where: { isDue($0, now: now) || partitions[$0].phase == .checking })
        {
            // Settling needs a connection without outstanding replies: under load there would never be one.
            endFence()
        } else {
            appendFence(now: now)
        }
    }

    /// Takes back what was sent of a transaction that will not be closed; DISCARD ends its fence as well.
    mutating func discardOpen() {
        guard isOpen else { return }
        isOpen = false
        // The one before it is the one that is in flight.
        swap(&lastTransaction, &openTransaction)
        output.append("*1\r\n$7\r\nDISCARD\r\n" as StaticString)
        expectations.append(.discarded)
    }

    private mutating func writeCheckpoint(_ slot: Int) {
        reachToldEnd(slot)
        let it = partitions[slot]
        // What was believed before was acknowledged, all of its replies seen clean: that is what is confirmed.
        let text = Checkpoint(
            next: it.next, confirmed: it.believedNext, writer: settings.writer, time: it.time, anchor: it.anchor,
            changes: it.changes, atEnd: it.atEnd
        ).text
        openTransaction.begin(3)
        openTransaction.argument("SET")
        openTransaction.argument(it.checkpointKey)
        openTransaction.argument(text)
        partitions[slot].sent = text
        partitions[slot].sentNext = it.next
        partitions[slot].sentAtEnd = it.atEnd
        partitions[slot].isTouched = false
        partitions[slot].wantsConfirmation = false
        partitions[slot].isInFlight = true
    }

    // MARK: Answers

    /// One reply from Redis, in order.
    public mutating func received(_ reply: borrowing Reply, now: Int64) {
        guard let expectation = expectations.first else {
            dropConnection("Redis sent a reply without a matching command", now: now)
            return
        }
        expectations.advance()
        waitingSince = expectations.isEmpty ? 0 : now
        switch expectation {
        case .multi:
            if !reply.isOK { refuse(reply) }
        case .queued:
            guard !reply.isQueued else { return }
            if reply.kind == .error {
                refuse(reply)
            } else {
                recordDamage(
                    "Redis returned \(reply.bytes.readable) inside MULTI instead of QUEUED: it may have run the command by itself",
                    mayBeBare: true, now: now)
                dropConnection("Redis does not execute transactions as a whole", now: now)
            }
        case .executed(let count): executed(reply, count: count, now: now)
        case .watch:
            if !reply.isOK { refuse(reply) }
        case .fence: fenceAnswered(reply, now: now)
        case .requests: requestsAnswered(reply)
        case .role:
            if reply.kind == .array, reply.count > 0, !reply.element(0).bytes.isEqual(to: "master") {
                dropConnection("Redis is no longer a master", now: now)
            }
        case .time: timeAnswered(reply)
        case .memory: memoryAnswered(reply, now: now)
        case .discarded:
            refusal = nil
            refusalHandling = nil
        case .ignored: break
        }
    }

    mutating func refuse(_ reply: borrowing Reply) {
        guard refusal == nil || refusal?.hasPrefix("EXECABORT") == true else { return }
        refusal = reply.bytes.readable
        guard let code = reply.firstError?.code else { return }
        refusalHandling =
            code == .execAbort ? RedisErrorCode.abortCause(in: reply.bytes)?.handling ?? .retryLater : code.handling
    }

    private mutating func executed(_ reply: borrowing Reply, count: Int, now: Int64) {
        isInFlight = false
        if reply.isNil {
            counters.fenced += 1
            actions.append(.report(.fenced(slot: nil, by: nil)))
            clearSent()
            dropBatch(notBefore: now)
        } else if reply.kind == .error {
            refuse(reply)
            refused(now: now)
        } else {
            let summary = reply.summary
            guard summary.count == count else {
                recordDamage("EXEC returned \(summary.count) replies for \(count) commands", mayBeBare: true, now: now)
                dropConnection("Redis does not execute transactions as a whole", now: now)
                return
            }
            if let index = summary.firstErrorIndex {
                let text = reply.element(index).bytes.readable
                recordDamage(
                    "\(locate(command: index + 1, in: bytesInFlight)): \(text)", mayBeBare: false, now: now)
            } else if summary.hasInexactNumber {
                recordDamage(
                    "a leaderboard's sum reached ±2^53, where a score is no longer exact", mayBeBare: false, now: now)
            } else {
                applied()
            }
        }
    }

    private mutating func clearSent() {
        for slot in slots where partitions[slot].isInFlight {
            partitions[slot].sent = []
            partitions[slot].isInFlight = false
            partitions[slot].isTouched = true
            touchedCount += 1
        }
    }

    private mutating func applied() {
        mayStream = true
        refusalBackOff = 0
        var commits: [Placement] = []
        for slot in watched where partitions[slot].isInFlight { settleApplied(slot, &commits) }
        for slot in slots where partitions[slot].isInFlight { settleApplied(slot, &commits) }
        if !commits.isEmpty { actions.append(.commit(commits)) }
    }

    private mutating func settleApplied(_ slot: Int, _ commits: inout [Placement]) {
        partitions[slot].believedConfirmed = partitions[slot].believedNext
        partitions[slot].believed = partitions[slot].sent
        partitions[slot].believedAtEnd = partitions[slot].sentAtEnd
        partitions[slot].sent = []
        partitions[slot].believedNext = partitions[slot].sentNext
        partitions[slot].acknowledged = partitions[slot].sentNext
        partitions[slot].isInFlight = false
        partitions[slot].backOff = 0
        proved()
        // The next owner need not look at the last batch again if this one says that it was clean.
        if isStopping || partitions[slot].isLeaving, !partitions[slot].isTouched,
            partitions[slot].believedConfirmed < partitions[slot].believedNext
        {
            partitions[slot].wantsConfirmation = true
        }
        commits.append(Placement(slot: slot, offset: partitions[slot].sentNext))
    }

    mutating func generationIs(_ found: [UInt8]?) {
        dropBatch(notBefore: .max)
        isDeaf = true
        actions.append(.generationChanged(found: found))
    }

    private mutating func requestsAnswered(_ reply: borrowing Reply) {
        guard reply.kind == .array, reply.count > 1, !isAttending else { return }
        var found: [ParkingRequest] = []
        for index in 0..<reply.count / 2 {
            found.append(
                ParkingRequest(
                    field: reply.element(2 * index).bytes.readable,
                    text: String(decoding: reply.element(2 * index + 1).bytes.array, as: UTF8.self)))
        }
        requests = found.filter { concerns($0) }
    }

    /// Whether some partition that a request names is this lane's.
    private func concerns(_ request: ParkingRequest) -> Bool {
        slots.contains {
            let it = partitions[$0]
            return request.field.hasPrefix("\(it.topicName):\(it.partition):") && it.phase != .settling
        }
    }
}
