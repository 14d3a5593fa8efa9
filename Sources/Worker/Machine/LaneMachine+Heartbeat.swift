import Bytes
import Projections
import Records
import Redis

// What is looked at once a second, whether anything happens or not.
extension LaneMachine {
    /// Once a second: has anybody moved the checkpoints of an idle lane, is this still the master, does the operator ask?
    mutating func heartbeatIfDue(now: Int64) {
        guard session?.desk.isBusy == false, let due = session?.nextHeartbeat, now >= due else { return }
        session?.nextHeartbeat = now + settings.heartbeat
        for slot in slots where table[slot].lacksConfirmation { table[slot].checkpoint.wantsConfirmation = true }
        doubtQuiet()
        askEndsIfDue(now: now)
        session?.send("*1\r\n$4\r\nROLE\r\n", expecting: .role, now: now)
        if hasCompacted {
            session?.send("*1\r\n$4\r\nTIME\r\n", expecting: .time, now: now)
            session?.clock.ask(now: now)
        }
        askMemoryIfDue(now: now)
        askRequestCount(now: now)
        if !isInFlight, fence == .held, !hasBatch {
            table.lookElsewhere(limit: settings.partitionsPerTransaction)
            askFence(now: now)
        }
    }

    /// A policy that was harmless when the connection was opened can be changed.
    private mutating func askMemoryIfDue(now: Int64) {
        guard let due = session?.nextMemoryCheck, now >= due else { return }
        session?.nextMemoryCheck = now + settings.memoryCheckInterval
        session?.send("*2\r\n$4\r\nINFO\r\n$6\r\nmemory\r\n", expecting: .memory, now: now)
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
        for slot in slots {
            if trust.slotAwaiting != nil {
                table[slot].trust.skipHeartbeat()
            } else if table[slot].isFolding, table[slot].trust.wasQuiet(at: table[slot].next) {
                doubt(slot)
            }
        }
    }

    // MARK: What status shows

    /// A command outside of the fence, its reply not read; sent at the next opportunity.
    mutating func note(_ command: [String]) { side.add(command) }

    mutating func sendStatus(now: Int64) {
        for arguments in side.takeStatusCommands() {
            var command = CommandBuffer(capacity: 256)
            command.begin(arguments.count)
            for argument in arguments { command.argument(text: argument) }
            session?.send(command, expecting: .ignored, now: now)
        }
    }

    /// Something happened that people want to know; `status` shows some of it, in a key that no fence watches.
    mutating func report(_ report: LaneReport) {
        switch report {
        case .started(let slot, _): noteState(slot, side.refusal(of: slot).map { "refused \($0)" } ?? "projecting")
        case .halted(let slot, let reason): noteState(slot, "halted \(reason.code.rawValue): \(reason.message)")
        case .rewound(let slot, _):
            let (topic, partition) = (table[slot].topicName, table[slot].partition)
            note(["HINCRBY", settings.keys.about, About.rewinds(settings.generationIdentifier, topic, partition), "1"])
        default: break
        }
        actions.append(.report(report))
    }

    /// Kafka does not give the partition's events, or not yet take its dead letter.
    public mutating func refused(_ slot: Int, _ words: String) {
        if side.refused(slot, words) { noteState(slot, "refused \(words)") }
    }

    /// Kafka gave something of the partition, or took what it refused before.
    public mutating func wentOn(_ slot: Int) {
        if side.wentOn(slot) { noteState(slot, "projecting") }
    }

    private mutating func noteState(_ slot: Int, _ state: String) {
        let (topic, partition) = (table[slot].topicName, table[slot].partition)
        note(["HSET", settings.keys.about, About.state(settings.generationIdentifier, topic, partition), state])
    }
}
