import Bytes
import Projections

// What is looked at once a second, whether anything happens or not.
extension LaneMachine {
    /// Once a second: has anybody moved the checkpoints of an idle lane, is this still the master, does the operator ask?
    mutating func heartbeatIfDue(now: Int64) {
        guard now >= nextHeartbeat, !isAttending else { return }
        nextHeartbeat = now + settings.heartbeat
        renewIdle(now: now)
        doubtQuiet()
        output.append("*1\r\n$4\r\nROLE\r\n" as StaticString)
        expectations.append(.role)
        var commands = CommandBuffer(capacity: 64)
        commands.command("HGETALL", keys.requests)
        output.append(commands.bytes.span)
        expectations.append(.requests)
        if !isInFlight, fence == .held, !hasBatch { askFence(now: now) }
        if waitingSince == 0 { waitingSince = now }
    }

    /// Behind silence another log can have come.
    private mutating func doubtQuiet() {
        for slot in partitions.indices where partitions[slot].phase == .folding {
            if partitions[slot].next == partitions[slot].nextAtHeartbeat { doubt(slot) }
            partitions[slot].nextAtHeartbeat = partitions[slot].next
        }
    }

    /// What an idle partition's checkpoint lacks is written; of a compacted topic Kafka is asked for the end anew, now and
    /// then: it tells it once, and standing there unasked may be no more than being cut off from the broker.
    private mutating func renewIdle(now: Int64) {
        for slot in slots
        where partitions[slot].phase == .folding && !partitions[slot].isTouched && !partitions[slot].isInFlight {
            let it = partitions[slot]
            if it.believedConfirmed < it.believedNext || it.atEnd != it.believedAtEnd {
                partitions[slot].wantsConfirmation = true
            } else if it.atEnd != nil, it.end == it.next, now - it.toldEndAt >= it.endRenewal, !it.isLeaving {
                reload(slot, notBefore: now)
                partitions[slot].isRenewing = true
                pause([slot])
            }
        }
    }
}
