import Bytes
import Projections
import Records
import Redis

// WATCH, MGET and the comparison of their replies: the lane that holds a fence may write what it covers.
extension LaneMachine {
    /// Chooses what to watch: all partitions that fold if they are few, otherwise those of the open batch and those
    /// used last.
    private mutating func chooseWatched() {
        endFence()
        var chosen = slots.filter { partitions[$0].phase == .folding || partitions[$0].isTouched }
        if chosen.count > settings.partitionsPerTransaction {
            if let wanted {
                useCount += 1
                partitions[wanted].lastUse = useCount
            }
            chosen.sort {
                (partitions[$0].urgency, partitions[$0].lastUse) > (partitions[$1].urgency, partitions[$1].lastUse)
            }
            chosen.removeLast(chosen.count - settings.partitionsPerTransaction)
            fenceIsCurrent = false
        }
        for slot in chosen {
            partitions[slot].isWatched = true
            takeWaitingEnd(slot)
        }
        wanted = nil
        guard !fenceIsCurrent || chosen != watched else { return }
        watched = chosen
        fenceIsCurrent = true
        fenceCommands.removeAll()
        for name in ["WATCH", "MGET"] {
            fenceCommands.begin(2 + watched.count)
            fenceCommands.argument(text: name)
            fenceCommands.argument(text: keys.generation)
            for slot in watched { fenceCommands.argument(partitions[slot].checkpointKey) }
        }
    }

    /// No WATCH is relied on: partitions may join the batch again, as many as one fence holds.
    mutating func endFence() {
        fence = .none
        for slot in watched where slot < partitions.count { partitions[slot].isWatched = false }
    }

    mutating func appendFence(now: Int64) {
        chooseWatched()
        output.append(fenceCommands.bytes)
        expectations.append(.watch)
        expectations.append(.fence)
        fence = .asked
        if waitingSince == 0 { waitingSince = now }
    }

    /// A fence without a transaction before it.
    mutating func askFence(now: Int64) {
        output.append("*1\r\n$7\r\nUNWATCH\r\n" as StaticString)
        expectations.append(.ignored)
        appendFence(now: now)
    }

    /// The comparison without which WATCH is no fence.
    mutating func fenceAnswered(_ reply: borrowing Reply, now: Int64) {
        guard fence == .asked else { return }
        guard reply.kind == .array, reply.count == 1 + watched.count, refusal == nil else {
            refuse(reply)
            refused(now: now)
            return
        }
        let generationText = settings.generationText
        guard reply.element(0).bytes.isEqual(to: generationText.span) else {
            var found: [UInt8]?
            if reply.element(0).kind != .null { found = reply.element(0).bytes.array }
            generationIs(found)
            return
        }
        var differs = false
        if settings.comparesCheckpoints {
            for index in watched.indices where partitions[watched[index]].isWatched {
                let believed = partitions[watched[index]].believed
                if !reply.element(index + 1).bytes.isEqual(to: believed.span) { differs = true }
            }
        }
        if differs {
            counters.fenced += 1
            dropBatch(notBefore: now)
        } else {
            fence = .held
        }
    }
}
