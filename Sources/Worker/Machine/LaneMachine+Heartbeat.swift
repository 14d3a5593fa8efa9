import Bytes
import Projections
import Records
import Redis

// What is looked at once a second, whether anything happens or not.
extension LaneMachine {
    /// Once a second: has anybody moved the checkpoints of an idle lane, is this still the master, does the operator ask?
    mutating func heartbeatIfDue(now: Int64) {
        guard now >= nextHeartbeat, !isAttending else { return }
        nextHeartbeat = now + settings.heartbeat
        renewIdle(now: now)
        doubtQuiet()
        askEndsIfDue(now: now)
        output.append("*1\r\n$4\r\nROLE\r\n" as StaticString)
        expectations.append(.role)
        if hasCompacted {
            output.append("*1\r\n$4\r\nTIME\r\n" as StaticString)
            expectations.append(.time)
            timeAskedAt = now
        }
        askMemoryIfDue(now: now)
        var commands = CommandBuffer(capacity: 64)
        commands.command("HGETALL", keys.requests)
        output.append(commands.bytes.span)
        expectations.append(.requests)
        if !isInFlight, fence == .held, !hasBatch {
            lookElsewhere()
            askFence(now: now)
        }
        if waitingSince == 0 { waitingSince = now }
    }

    /// A policy that was harmless when the connection was opened can be changed.
    private mutating func askMemoryIfDue(now: Int64) {
        guard now >= nextMemoryCheck else { return }
        nextMemoryCheck = now + settings.memoryCheckInterval
        output.append("*2\r\n$4\r\nINFO\r\n$6\r\nmemory\r\n" as StaticString)
        expectations.append(.memory)
    }

    /// A new connection is refused until the policy is another one.
    mutating func memoryAnswered(_ reply: borrowing Reply, now: Int64) {
        guard let policy = ServerFacts(info: reply.bytes.readable).evictingPolicy else { return }
        reconnectLater(
            "Redis may now evict keys (maxmemory-policy \(policy)), and rows would be lost without a trace", now: now)
    }

    /// Behind silence another log can have come. That nothing is taken while an event waits for an inspection is no silence:
    /// one that takes longer than a heartbeat would never be believed.
    private mutating func doubtQuiet() {
        guard slotAwaitingInspection == nil else {
            for slot in partitions.indices { partitions[slot].nextAtHeartbeat = -1 }
            return
        }
        for slot in partitions.indices where partitions[slot].phase == .folding {
            if partitions[slot].next == partitions[slot].nextAtHeartbeat { doubt(slot) }
            partitions[slot].nextAtHeartbeat = partitions[slot].next
        }
    }

    /// With more partitions than one fence holds, an idle lane looks at others each time.
    private mutating func lookElsewhere() {
        let folding = slots.filter { partitions[$0].phase == .folding }
        guard folding.count > settings.partitionsPerTransaction else { return }
        let unseen = folding.filter { !partitions[$0].isWatched }.sorted {
            partitions[$0].lastUse < partitions[$1].lastUse
        }
        for slot in unseen.prefix(settings.partitionsPerTransaction) {
            useCount += 1
            partitions[slot].lastUse = useCount
        }
    }

    /// What an idle partition's checkpoint lacks is written.
    private mutating func renewIdle(now: Int64) {
        for slot in slots
        where partitions[slot].phase == .folding && !partitions[slot].isTouched && !partitions[slot].isInFlight {
            let it = partitions[slot]
            if it.believedConfirmed < it.believedNext || it.atEnd != it.believedAtEnd {
                partitions[slot].wantsConfirmation = true
            }
        }
    }
}
