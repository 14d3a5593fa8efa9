public import Bytes
public import Projections
import Records
import Redis

/// The lane as a pure state machine: what comes from Kafka and Redis goes in, bytes for Redis and actions come out.
///
/// It owns the fold and the one transaction (Architecture.md, "The one transaction"): at most one is in flight, and the
/// next is folded meanwhile. Whatever goes wrong (fenced, refused, unknown, rewound) has one way out: drop what is folded,
/// read the checkpoints again, and continue from them. Every start takes the same way.
public struct LaneMachine: ~Copyable {
    enum Link: Equatable {
        case down(retryAt: Int64)
        case connecting
        case up
    }

    enum Fence {
        /// No WATCH is active that this lane relies on.
        case none
        /// WATCH and MGET are on their way.
        case asked
        /// WATCH returned OK, and every value is as expected.
        case held
    }

    public let settings: LaneSettings
    let projector: any Projector
    let keys: KeySpace
    var partitions: [LanePartition] = []
    /// Slots without a partition.
    var free: Set<Int> = []
    /// Those that the shell has released as well: what it still has to do for the others must not meet another
    /// partition.
    private var reusable: [Int] = []
    var link = Link.down(retryAt: 0)
    var connectBackOff: Int64 = 0
    /// Whether this connection has settled a partition or carried a transaction.
    var isProven = true
    var fence = Fence.none
    /// The slots in the WATCH that is active or asked.
    var watched: [Int] = []
    /// WATCH and MGET of `watched`, encoded.
    var fenceCommands = CommandBuffer(capacity: 4096)
    var fenceIsCurrent = false
    var expectations = ExpectationQueue()
    var isInFlight = false
    var waitingSince: Int64 = 0
    var refusal: String?
    var refusalHandling: RedisErrorCode.Handling?

    var changes = Changeset()
    /// One event's changes alone, for their hash.
    var asideChanges = Changeset()
    let isCode: Bool
    var parking = CommandBuffer(capacity: 256)
    var eventsInBatch = 0
    var policy: BatchPolicy
    /// When the batch could have gone for the first time but was filled further; 0 before.
    var batchSince: Int64 = 0
    /// Whether MULTI and the first commands of the next transaction are on their way, and its EXEC is not.
    var isOpen = false
    /// Whether this connection has carried out a transaction: before that none is streamed.
    var mayStream = false
    /// The bytes of the transaction that was opened last, and of the one before it: they show where damage is.
    var openTransaction = CommandBuffer(capacity: 1 << 16)
    var lastTransaction = CommandBuffer(capacity: 1 << 16)
    /// How many bytes of the open transaction are in `output` or sent.
    var pouredBytes = 0
    /// What the shell writes to the socket; it removes what the socket took.
    public var output = ByteBuffer(capacity: 1 << 16)
    var actions: [LaneAction] = []
    var requests: [ParkingRequest] = []
    var deadLetters: [(slot: Int, record: ParkedRecord)] = []
    var isAttending = false
    /// When the next turn for requests is: between turns the lane projects.
    var attendAt: Int64 = 0
    /// Whether that time has come, so that nothing more is folded before it.
    var isAttendDue = false
    var isStopping = false
    var isDeaf = false
    var nextHeartbeat: Int64 = 0
    var useCount: UInt64 = 0
    var random: SplitMix64
    /// A slot that must be in the next WATCH, since an event of it waits.
    var wanted: Int?
    /// An event of this slot waits until its log was inspected.
    var slotAwaitingInspection: Int?
    var isInspecting = false
    var nextInspection: Int64 = 0
    /// Where the next inspection without a cause begins.
    var nextInspected = 0
    /// Numbers doubts and inspections in their order.
    var doubts: UInt64 = 1
    var touchedCount = 0
    /// First events of each topic, and how many of them were not JSON.
    var proof: [(events: Int, notJSON: Int)]
    var scratch = ByteBuffer(capacity: 256)
    /// Commands outside of the fence that wait for a connection: what `status` shows.
    var notes: [[String]] = []
    /// Damage records that Redis has not acknowledged yet, one for each partition at most.
    var unwritten: [DamageWrite] = []
    /// When they are sent again; 0 is at once.
    var damageRetryAt: Int64 = 0
    var damageBackOff: Int64 = 0
    /// Grows while Redis refuses transactions.
    var refusalBackOff: Int64 = 0
    let hasCompacted: Bool
    var serverClock = ServerClock()
    var timeAskedAt: Int64 = 0
    /// When the server is asked again whether it may evict keys.
    var nextMemoryCheck: Int64 = 0

    public internal(set) var counters = LaneCounters()

    public init(settings: LaneSettings, projector: any Projector, seed: UInt64) {
        self.settings = settings
        self.projector = projector
        isCode = projector.isCode
        hasCompacted = settings.plan.topics.contains { $0.isCompacted }
        policy = BatchPolicy(limit: settings.commandsPerTransaction, merges: settings.mergesBatches)
        changes.isMerging = policy.isMerging
        keys = settings.keys
        random = SplitMix64(seed: seed)
        proof = Array(repeating: (0, 0), count: settings.plan.topics.count)
    }

    /// The next thing to do, in order; nil when there is none.
    public mutating func nextAction() -> LaneAction? { actions.isEmpty ? nil : actions.removeFirst() }

    func slot(of it: LanePartition) -> Int {
        slots.first { partitions[$0].topic == it.topic && partitions[$0].partition == it.partition } ?? 0
    }
    public func partition(_ slot: Int) -> LanePartition { partitions[slot] }
    public var slots: [Int] { partitions.indices.filter { !free.contains($0) } }
    /// Whether it can use events now; if not, the shell leaves them in Kafka's queue for a moment.
    public var wantsEvents: Bool {
        link == .up && !isStopping && !isDeaf && wanted == nil && slotAwaitingInspection == nil && !isAttendDue
            && deadLetters.isEmpty
            && batchCommands < policy.room && batchBytes < settings.bytesPerTransaction
            && eventsInBatch < settings.eventsPerTransaction
    }
    /// Commands of the batch, sent or not, without the checkpoints'; one for several documents counts as that many.
    var batchCommands: Int {
        changes.commandCount &+ parking.commandCount &+ (isOpen ? openTransaction.weight : 0)
    }
    var batchBytes: Int { changes.byteCount &+ parking.bytes.count &+ (isOpen ? pouredBytes : 0) }
    /// The transaction in flight.
    var bytesInFlight: Span<UInt8> {
        @_lifetime(borrow self)
        get { isOpen ? lastTransaction.bytes.span : openTransaction.bytes.span }
    }
    /// Whether Redis is away, so that partitions are paused and Kafka is polled only to stay a member.
    public var isAway: Bool { link != .up }
    /// Whether nothing is folded or in flight.
    public var isQuiet: Bool { !isInFlight && expectations.isEmpty && !hasBatch }
    /// Stopped, and nothing is left to do.
    public var isDrained: Bool {
        // Damage is written down first, or was refused at least once.
        isStopping
            && (link != .up
                || isQuiet && (unwritten.isEmpty || damageRetryAt > 0) && !partitions.contains { $0.needsWrite })
    }

    var hasBatch: Bool { touchedCount > 0 || isOpen || !changes.isEmpty || !parking.isEmpty }

    // MARK: What Kafka says

    /// Partitions came to this lane: their checkpoints are read before anything else. Answers their slots.
    public mutating func assigned(_ given: [(topic: Int, partition: Int32)]) -> [Int] {
        given.map { each in
            var fresh = LanePartition(
                topic: each.topic, partition: each.partition, topicName: settings.plan.topics[each.topic].name,
                keys: keys)
            fresh.isPaused = false
            fresh.doubt = doubts
            fenceIsCurrent = false
            if let slot = reusable.popLast() {
                free.remove(slot)
                partitions[slot] = fresh
                return slot
            }
            partitions.append(fresh)
            return partitions.count - 1
        }
    }

    /// Partitions are to leave. `lost`: they may already be another member's, so nothing of them is waited for.
    public mutating func revoked(_ slots: [Int], lost: Bool, now: Int64) {
        for slot in slots { partitions[slot].isLeaving = true }
        if lost {
            if isInFlight {
                dropConnection("partitions were lost to the group while a transaction was open", now: now)
            } else if hasBatch {
                dropBatch(notBefore: now)
            }
            for slot in slots { forget(slot) }
            actions.append(.release(slots))
        } else {
            advance(now: now, queueIsEmpty: true)
        }
    }

    /// The deadline of a revocation passed: what is in flight is of unknown outcome, and settled on a new connection.
    public mutating func revocationTimedOut(now: Int64) {
        let leaving = slots.filter { partitions[$0].isLeaving }
        guard !leaving.isEmpty else { return }
        dropConnection("Redis did not reply in time to a revoked partition's transaction", now: now)
        for slot in leaving { forget(slot) }
        actions.append(.release(leaving))
    }

    public var hasLeaving: Bool { slots.contains { partitions[$0].isLeaving } }

    func forgettable(_ slot: Int) -> Bool {
        let it = partitions[slot]
        return !it.isInFlight && !it.isTouched && !it.needsWrite && it.phase != .settling && it.phase != .checking
    }

    mutating func forget(_ slot: Int) {
        partitions[slot].isLeaving = false
        partitions[slot].phase = .waiting(notBefore: .max)
        if partitions[slot].isTouched { touchedCount -= 1 }
        partitions[slot].isTouched = false
        partitions[slot].isInFlight = false
        partitions[slot].replay = nil
        partitions[slot].wantsConfirmation = false
        partitions[slot].isWatched = false
        if slotAwaitingInspection == slot { slotAwaitingInspection = nil }
        if wanted == slot { wanted = nil }
        deadLetters.removeAll { $0.slot == slot }
        free.insert(slot)
        fenceIsCurrent = false
    }

    /// The shell has carried out `.release` of these.
    public mutating func released(_ slots: [Int]) { reusable += slots }

    /// The reading position reached the end of the partition: transaction markers and aborted records have offsets too.
    public mutating func reachedEnd(slot: Int, offset: Int64, now: Int64) {
        partitions[slot].end = offset
        switch partitions[slot].phase {
        // A lane that stops drops what still comes: the end behind that is not its own.
        case .folding where offset >= partitions[slot].next && !partitions[slot].isLeaving && !isStopping:
            if offset > partitions[slot].next {
                partitions[slot].waitingEnd = offset
                if partitions[slot].isWatched || isWatchable(slot) { takeWaitingEnd(slot) }
            }
        // An end before what was read: of another log, or told by a leader that lags.
        case .folding where offset < partitions[slot].next: doubt(slot)
        case .replaying:
            if let replay = partitions[slot].replay, offset < replay.end {
                if waitsForEnd(slot, now: now) { return }
                haltLog(
                    slot,
                    "the log of \(partitions[slot].name) ends at \(offset), below the checkpoint's next offset \(replay.end): "
                        + "it was truncated or recreated. Rebuild the projection, or restore the topic.")
            } else if let anchor = partitions[slot].replay?.anchor,
                !settings.plan.topics[partitions[slot].topic].isCompacted
            {
                haltTruncated(slot, anchor.offset, "no record is there any more")
            } else {
                finishReplay(slot)
                reachedEnd(slot: slot, offset: offset, now: now)
            }
        // Kafka reports it once: what cannot be used now must be reported again.
        case .checking, .waiting, .settling, .deadLettering: partitions[slot].needsPlacement = true
        default: break
        }
    }

    /// The checkpoint goes to the end of the log, once the partition is watched: an end is taken as an event is.
    mutating func takeWaitingEnd(_ slot: Int) {
        guard partitions[slot].waitingEnd > partitions[slot].next, partitions[slot].phase == .folding,
            !partitions[slot].isLeaving
        else { return }
        partitions[slot].next = partitions[slot].waitingEnd
        touch(slot)
    }

    /// Kafka cannot continue with a partition: nothing later of it is applied.
    public mutating func partitionFailed(slot: Int, reason: String) {
        if case .halted = partitions[slot].phase { return }
        halt(slot, .partitionError, "Kafka cannot continue to read \(partitions[slot].name): \(reason)")
    }

    // MARK: What the program says

    /// Drain: fold nothing more, close what is open.
    public mutating func stop(now: Int64) {
        isStopping = true
        for slot in slots
        where partitions[slot].phase == .folding && partitions[slot].believedConfirmed < partitions[slot].next {
            partitions[slot].wantsConfirmation = true
        }
        advance(now: now, queueIsEmpty: true)
    }

    /// Reads a partition's checkpoint again and continues from there (after a request or a cured halt).
    public mutating func reload(_ slot: Int, notBefore: Int64 = 0) {
        partitions[slot].phase = .waiting(notBefore: notBefore)
        partitions[slot].replay = nil
        if slotAwaitingInspection == slot { slotAwaitingInspection = nil }
        if wanted == slot { wanted = nil }
        fenceIsCurrent = false
    }

    /// Halted until an operator acts.
    public mutating func halt(_ slot: Int, _ code: HaltReason.Code, _ message: String) {
        let reason = HaltReason(code, message)
        partitions[slot].phase = .halted(reason)
        partitions[slot].replay = nil
        if slotAwaitingInspection == slot { slotAwaitingInspection = nil }
        if wanted == slot { wanted = nil }
        fenceIsCurrent = false
        pause([slot])
        actions.append(.report(.halted(slot: slot, reason)))
    }

    mutating func pause(_ slots: [Int]) {
        let running = slots.filter { !partitions[$0].isPaused }
        guard !running.isEmpty else { return }
        for slot in running { partitions[slot].isPaused = true }
        actions.append(.pause(running))
    }

    mutating func place(_ slot: Int, at offset: Int64) {
        partitions[slot].isPaused = false
        partitions[slot].needsPlacement = false
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

    mutating func touch(_ slot: Int) {
        if !partitions[slot].isTouched {
            partitions[slot].isTouched = true
            touchedCount += 1
            useCount += 1
            partitions[slot].lastUse = useCount
        }
    }
}

extension LanePartition {
    /// Whether something of it still has to go to Redis before it may be left.
    var needsWrite: Bool { isTouched || isInFlight || (wantsConfirmation && phase == .folding) }
    /// Whether the next transaction writes its checkpoint: only of what its WATCH holds.
    var isWritable: Bool { isWatched && (isTouched || (wantsConfirmation && phase == .folding)) }
    /// Who is watched first when there are too many.
    var urgency: Int { isTouched ? 2 : wantsConfirmation ? 1 : 0 }
}
