import Projections
import Records

/// One partition while this lane owns it; a fresh value for each assignment.
public struct Partition: Sendable {
    /// Where a partition is in its life, and what may follow.
    enum Phase: Sendable {
        /// Its checkpoint must be read, not before this time. → reading
        case waiting(notBefore: Int64)
        /// Something else has to happen before its checkpoint is read. → waiting
        case suspended
        /// The shell reads its checkpoint. → replaying, folding, waiting (back-off), suspended, halted
        case reading
        /// Events below `next` are read once more: the anchor is compared, `confirmed…next` is folded aside.
        /// → checking, folding, halted
        case replaying(Replay)
        /// The rows that the replay touched are read. → folding, halted
        case checking(Replay)
        /// Events enter the changeset. → waiting, halted
        case folding
        /// The event at `next` goes to the dead-letter topic. → folding, waiting
        case deadLettering
        /// Halted until an operator acts, who may skip or edit the event, if it is one that halts it. → waiting
        case halted(HaltReason, at: ParkedRecord?)
    }

    public let identity: PartitionIdentity
    private(set) var phase = Phase.waiting(notBefore: 0)
    /// Revoked: nothing more is folded, and it is released when nothing of it is in flight.
    var isLeaving = false
    var position = FoldPosition()
    var checkpoint = PartitionCheckpoint()
    var trust = PartitionTrust()
    var feed = PartitionFeed()
    var tombstones = Tombstones()
    var held = HeldEvents()
    /// What is known of its damage.
    var damage: DamageRecord?
    var backOff = BackOff()
    var tally = PartitionTally()
    private var losses: [(at: Int64, writer: String)] = []

    init(_ identity: PartitionIdentity) { self.identity = identity }

    public var topic: Int { identity.topic }
    public var partition: Int32 { identity.partition }
    public var topicName: String { identity.topicName }
    public var name: String { identity.name }
    public var next: Int64 { position.next }
    var stored: StoredCheckpoint { checkpoint.stored }

    // MARK: Phase

    var isFolding: Bool { if case .folding = phase { true } else { false } }
    var isSuspended: Bool { if case .suspended = phase { true } else { false } }
    var isReading: Bool { if case .reading = phase { true } else { false } }
    var isChecking: Bool { if case .checking = phase { true } else { false } }
    var isDeadLettering: Bool { if case .deadLettering = phase { true } else { false } }
    var isHalted: Bool { haltReason != nil }
    var haltReason: HaltReason? { if case .halted(let reason, _) = phase { reason } else { nil } }
    /// The event at which it halted.
    var haltedAt: ParkedRecord? { if case .halted(_, let event) = phase { event } else { nil } }
    var replay: Replay? {
        switch phase {
        case .replaying(let replay), .checking(let replay): replay
        default: nil
        }
    }
    /// Whether Kafka is to have it placed.
    var isRead: Bool {
        switch phase {
        case .folding, .replaying, .checking: !feed.isPaused
        default: false
        }
    }

    /// Whether its checkpoint is to be read now.
    func isDue(now: Int64) -> Bool {
        if case .waiting(let notBefore) = phase { notBefore <= now && !isLeaving } else { false }
    }

    /// Its checkpoint is read again; nil: when the shell says so.
    mutating func wait(notBefore: Int64?) { phase = notBefore.map { .waiting(notBefore: $0) } ?? .suspended }
    mutating func read() { phase = .reading }
    mutating func replay(_ replay: Replay) { phase = .replaying(replay) }
    mutating func check(_ replay: Replay) { phase = .checking(replay) }
    mutating func deadLetter() { phase = .deadLettering }
    mutating func halt(_ reason: HaltReason, at event: ParkedRecord?) { phase = .halted(reason, at: event) }
    /// Folding goes on, behind an event that is dealt with.
    mutating func resume() { phase = .folding }

    /// Folding begins at the checkpoint.
    mutating func startFolding(doubt: UInt64, sawAnchor: Bool) {
        phase = .folding
        position.next = stored.next
        feed.unwrittenEnd = nil
        feed.isAtCeiling = false
        trust.start(doubt, at: stored.next, seen: sawAnchor ? position.anchor : nil)
    }

    // MARK: Checkpoint

    /// Whether something of it still has to go to Redis before it may be left.
    var needsWrite: Bool {
        checkpoint.isTouched || checkpoint.inFlight != nil || (checkpoint.wantsConfirmation && isFolding)
    }
    /// Whether the next transaction writes its checkpoint: only of what its WATCH holds.
    var isWritable: Bool {
        checkpoint.isWatched && (checkpoint.isTouched || (checkpoint.wantsConfirmation && isFolding))
    }
    /// Whether it may be left.
    var isForgettable: Bool { !needsWrite && !isReading && !isChecking }
    /// Whether an idle lane should write what the checkpoint lacks.
    var lacksConfirmation: Bool {
        isFolding && !checkpoint.isTouched && checkpoint.inFlight == nil
            && (!stored.isConfirmed || position.atEnd != stored.atEnd)
    }

    /// The event at `offset` is behind us.
    @inline(__always)
    mutating func pass(_ offset: Int64, _ timestamp: Int64, bytes: Int) {
        tally.pass(timestamp, bytes: bytes)
        position.pass(offset, timestamp)
        checkpoint.wantsConfirmation = false
    }

    /// Its checkpoint was read.
    mutating func adopt(_ checkpoint: Checkpoint, text: [UInt8]) {
        self.checkpoint.adopt(checkpoint, text: text)
        position = FoldPosition(checkpoint)
    }

    /// Its checkpoint goes out with a transaction; returns the text. What is stored was acknowledged, and all of its
    /// replies were seen clean: that is confirmed.
    mutating func sendCheckpoint(_ writer: String) -> [UInt8] {
        reachReportedEnd()
        return checkpoint.send(
            Checkpoint(
                next: position.next, confirmed: stored.next, writer: writer, time: position.time,
                anchor: position.anchor, changes: position.changes, atEnd: position.atEnd))
    }

    /// The checkpoint that is written, or stored, is at the reported end, or after it.
    mutating func reachReportedEnd() {
        guard let end = tombstones.reportedEnd, position.next >= end.offset else { return }
        tombstones.reportedEnd = nil
        position.atEnd = end.time
    }

    /// What the open batch holds of it is dropped; returns whether its checkpoint must be read again.
    mutating func dropBatch() -> Bool {
        let wasTouched = checkpoint.isTouched
        checkpoint.isTouched = false
        checkpoint.wantsConfirmation = false
        position.passed = nil
        return switch phase {
        case .folding, .deadLettering: true
        case .halted(let reason, _): wasTouched && reason.code != .damaged
        default: false
        }
    }

    /// Another writer moved the checkpoint; returns how often that one did within `window`.
    mutating func lose(to writer: String, within window: Int64, now: Int64) -> Int {
        losses.removeAll { now - $0.at > window }
        losses.append((now, writer))
        return losses.count { $0.writer == writer }
    }

    /// Those of its generation's former place say nothing of the new one.
    mutating func forgetLosses() { losses.removeAll() }
}
