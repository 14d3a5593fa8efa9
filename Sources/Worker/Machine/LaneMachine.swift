import Bytes
public import Projections
import Records

/// The lane as a pure state machine: what comes from Kafka and Redis goes in, bytes for Redis and actions come out.
///
/// It owns the fold and the one transaction (Architecture.md, "The one transaction"): at most one is in flight, and the
/// next is folded meanwhile. Whatever goes wrong (fenced, refused, unknown, rewound) has one way out: drop what is folded,
/// read the checkpoints again, and continue from them. Every start takes the same way.
public struct LaneMachine: ~Copyable {
    public internal(set) var settings: LaneSettings
    var fold: EventFold
    var table = PartitionTable()
    var batch: Batch
    /// The connection to Redis; nil while there is none.
    var session: Session?
    var redial = Redial()
    var trust = LogTrust()
    var side = SideCommands()
    var actions: [LaneAction] = []
    var random: SplitMix64
    var isStopping = false
    public internal(set) var counters = LaneCounters()
    public internal(set) var meter: LaneMeter

    public init(settings: LaneSettings, projector: any Projector, seed: UInt64) {
        self.settings = settings
        fold = EventFold(projector, settings)
        batch = Batch(settings)
        random = SplitMix64(seed: seed)
        meter = LaneMeter(topics: settings.plan.topics.count)
        table.ceilings = settings.role == .build ? [] : nil
    }

    // MARK: What the shell asks

    var projector: any Projector { fold.projector }
    public func partition(_ slot: Int) -> Partition { table[slot] }
    public var slots: [Int] { table.slots }
    /// Whether Redis is away, so that partitions are paused and Kafka is polled only to stay a member.
    public var isAway: Bool { session == nil }
    /// Whether it can use events now; if not, the shell leaves them in Kafka's queue for a moment.
    ///
    /// Asked for each event, and `mutating` only for that: to look into a borrowed session or changeset the compiler copies
    /// all of its 600 bytes, in a mutated one it looks where it is.
    public var wantsEvents: Bool {
        mutating get {
            !isStopping && trust.slotAwaiting == nil && batch.hasRoom && session?.takesEvents == true
                && (batch.isolation == nil || !isInFlight)
        }
    }
    /// Whether nothing is folded or in flight.
    public var isQuiet: Bool { !isInFlight && isIdle && !hasBatch }
    /// Stopped, and nothing is left to do.
    public var isDrained: Bool {
        // Damage is written down first, or was refused at least once.
        isStopping && (isAway || isQuiet && !side.hasUntried && !table.contains { $0.needsWrite })
    }
    public var hasOutput: Bool { ofSession { $0.output.isEmpty } == false }
    /// How many `QUEUED` may be told together by `receivedQueued`.
    public var expectedQueued: Int { ofSession { $0.expectedQueued } ?? 0 }

    /// What it does while it sleeps.
    public var phaseAsleep: LanePhase {
        mutating get {
            if isAway || !wantsEvents { return .redis }
            if table.contains(where: { $0.isFolding && $0.next < $0.feed.end ?? 0 }) { return .kafka }
            return isInFlight ? .redis : .idle
        }
    }

    /// The system's clock less the one of `now`, in milliseconds: from time to time, since the former may be set.
    public mutating func setWallOffset(_ milliseconds: Int64) { meter.wallOffset = milliseconds }

    /// Writes what waits for the socket; `write` returns how many bytes it took.
    public mutating func write<Failure: Error>(
        _ write: (Span<UInt8>) throws(Failure) -> Int
    ) throws(Failure) {
        try session?.write(write)
    }

    // MARK: What the parts know

    /// Something of the connection; nil while there is none.
    @inline(__always)
    func ofSession<Value>(_ value: (borrowing Session) -> Value) -> Value? {
        switch session {
        case .none: nil
        case .some(let session): value(session)
        }
    }

    var hasBatch: Bool { table.touchedCount > 0 || !batch.isEmpty }
    var isInFlight: Bool { ofSession { $0.pipeline.isInFlight } == true }
    var isOpen: Bool { ofSession { $0.pipeline.isOpen } == true }
    /// Since when a reply is awaited and none came.
    private var waitingSince: Int64? { ofSession { $0.waitingSince } ?? nil }
    var fence: Fence.State { ofSession { $0.fence.state } ?? .absent }
    /// Whether the generation's record is as expected, as far as is known.
    var holdsGeneration: Bool { ofSession { $0.tenure.allowsWriting } == true }
    /// Whether no reply is outstanding.
    var isIdle: Bool { ofSession { $0.isIdle } != false }
    func isCompacted(_ slot: Int) -> Bool { settings.plan.topics[table[slot].topic].isCompacted }
    var hasCompacted: Bool { settings.plan.topics.contains { $0.isCompacted } }

    // MARK: What comes next

    /// The next thing to do, in order; nil when there is none.
    public mutating func nextAction() -> LaneAction? { actions.isEmpty ? nil : actions.removeFirst() }

    /// The shell waited for something else for so long, for Kafka to place a partition, say: it has not read meanwhile what Redis
    /// replied, and what was to be written may still be here.
    public mutating func waitedElsewhere(_ milliseconds: Int64) { session?.excuse(milliseconds) }

    /// Moves on as far as it can without waiting; called after anything has happened. `queueIsEmpty`: Kafka has nothing more
    /// at the moment, so that waiting for more to coalesce would only delay readers.
    public mutating func advance(now: Int64, queueIsEmpty: Bool) {
        if isAway {
            dial(now: now)
        } else if let since = waitingSince, now - since > settings.commandTimeout {
            dropConnection("Redis did not reply within \(settings.commandTimeout) ms", now: now)
            return
        } else {
            session?.desk.look(now: now, isStopping: isStopping)
            if !isOpen {
                heartbeatIfDue(now: now)
                // Damage is written down before anything is said about it.
                if holdsGeneration, !mustWriteDamage(now: now) { sendStatus(now: now) }
                if holdsGeneration { askRequests(now: now) }
                lookIfStanding(now: now)
            }
            closeIfPossible(now: now, queueIsEmpty: queueIsEmpty)
            stream()
            inspectIfDue(now: now)
            if isIdle, !isOpen { advanceQuiet(now: now) }
        }
        releaseLeaving()
    }

    /// When the machine wants `advance` at the latest, although nothing came.
    public func deadline(now: Int64) -> Int64 {
        var earliest = now + settings.heartbeat
        func wake(_ time: Int64?) { if let time { earliest = min(earliest, time) } }
        wake(redial.dueAt)
        guard !isAway else { return max(earliest, now) }
        wake(waitingSince.map { $0 + settings.commandTimeout + 1 })
        wake(batch.deadline)
        wake(ofSession { $0.nextHeartbeat })
        wake(ofSession { $0.desk.wakeUp } ?? nil)
        if isIdle, case .stands(let nextLook, _)? = ofSession({ $0.tenure }) { wake(nextLook) }
        wake(side.damageDueAt)
        // While replies are outstanding no checkpoint can be read: the reply wakes the lane.
        if isIdle {
            for slot in slots { if case .waiting(let notBefore) = table[slot].phase { wake(notBefore) } }
        }
        return max(earliest, now)
    }

    /// What needs an idle connection: reading checkpoints, checking rows, requests, the first fence.
    private mutating func advanceQuiet(now: Int64) {
        if mustWriteDamage(now: now), !actions.contains(.writeDamage(side.damageRecords)) {
            actions.append(.writeDamage(side.damageRecords))
            return
        }
        if isQuiet, holdsGeneration, let action = session?.desk.next() {
            actions.append(action)
            return
        }
        guard holdsGeneration else { return }
        guard !isStopping else {
            // With more partitions than one fence holds, the next ones to be confirmed are watched in turn.
            if table.contains(where: { $0.needsWrite && (fence == .absent || !$0.checkpoint.isWatched) }) {
                askFence(now: now)
            }
            return
        }
        let due = table.slots { $0.isDue(now: now) }
        if !due.isEmpty {
            for slot in due { table[slot].read() }
            actions.append(.readCheckpoints(due))
            return
        }
        for slot in slots where table[slot].isChecking && !actions.contains(.checkRows(slot: slot)) {
            actions.append(.checkRows(slot: slot))
        }
        if hasBatch || table.contains(where: { $0.isFolding }), needsFence { askFence(now: now) }
    }

    private var needsFence: Bool {
        fence == .absent || !isInFlight && batch.slotAwaitingFence != nil
            || !isInFlight && !hasBatch && ofSession { $0.fence.isCurrent } == false
    }

    /// Drain: fold nothing more, close what is open.
    public mutating func stop(now: Int64) {
        isStopping = true
        for slot in slots where table[slot].isFolding && table[slot].stored.confirmed < table[slot].next {
            table[slot].checkpoint.wantsConfirmation = true
        }
        advance(now: now, queueIsEmpty: true)
    }

    // MARK: One partition

    /// Reads a partition's checkpoint again and continues from there; nil: when the shell says so.
    public mutating func reload(_ slot: Int, notBefore: Int64? = 0) {
        table[slot].wait(notBefore: notBefore)
        stopsFolding(slot)
    }

    /// Halted until an operator acts.
    public mutating func halt(_ slot: Int, _ code: HaltReason.Code, _ message: String) {
        halt(slot, code, message, at: nil)
    }

    mutating func halt(_ slot: Int, _ code: HaltReason.Code, _ message: String, at event: ParkedRecord?) {
        let reason = HaltReason(code, message)
        table[slot].halt(reason, at: event)
        stopsFolding(slot)
        pause([slot])
        report(.halted(slot: slot, reason))
    }

    /// No event of it waits any more, and the next fence does without it.
    mutating func stopsFolding(_ slot: Int) {
        trust.forget(slot)
        if batch.slotAwaitingFence == slot { batch.slotAwaitingFence = nil }
        session?.fence.isCurrent = false
    }

    mutating func pause(_ slots: [Int]) {
        let running = slots.filter { !table[$0].feed.isPaused }
        guard !running.isEmpty else { return }
        for slot in running { table[slot].feed.isPaused = true }
        actions.append(.pause(running))
    }

    mutating func place(_ slot: Int, at offset: Int64) {
        table[slot].feed.isPaused = false
        table[slot].feed.needsPlacement = false
        let placement = Placement(slot: slot, offset: offset)
        // All together: one that is placed by itself is fetched by itself, and if it has nothing new the broker lets
        // the others' fetch wait behind it.
        guard let last = actions.lastIndex(where: { if case .report = $0 { false } else { true } }),
            case .place(let others) = actions[last], !others.contains(where: { $0.slot == slot })
        else {
            actions.append(.place([placement]))
            return
        }
        actions[last] = .place(others + [placement])
    }

    mutating func nextPause(of slot: Int) -> Int64 { table[slot].backOff.next(settings, &random) }
}
