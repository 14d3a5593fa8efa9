import Bytes
import Projections
import Records

/// One partition while this lane owns it; a fresh value for each assignment.
public struct LanePartition: Sendable {
    /// Where a partition is in its life, and what may follow.
    public enum Phase: Sendable, Equatable {
        /// Its checkpoint must be read, not before this time. → settling
        case waiting(notBefore: Int64)
        /// The shell reads it. → replaying, folding, waiting (back-off), halted
        case settling
        /// Events below `next` are read once more: the anchor is compared, `confirmed…next` is folded aside. → checking, folding, halted
        case replaying
        /// The rows that the replay touched are read. → folding, halted
        case checking
        /// Events enter the changeset. → waiting, halted, leaving
        case folding
        /// The event at `next` goes to the dead-letter topic. → folding, waiting
        case deadLettering
        /// Halted until an operator acts. → waiting
        case halted(HaltReason)
    }

    public let topic: Int
    public let partition: Int32
    public let topicName: String
    let checkpointKey: [UInt8]

    public internal(set) var phase = Phase.waiting(notBefore: 0)
    /// Revoked: nothing more is folded, and it is released when nothing of it is in flight.
    var isLeaving = false
    /// Whether nothing has happened since its log was last seen to be the one that the checkpoint describes.
    var isTrusted = false
    /// The number of its last doubt.
    var doubt: UInt64 = 0
    /// A record that was seen in its log, and the one that replaces it when that log is seen to be the same.
    var witness: Checkpoint.Anchor?
    var nextWitness: Checkpoint.Anchor?
    /// Where it was at the last heartbeat.
    var nextAtHeartbeat: Int64 = -1
    /// Since when the log seems to end before the checkpoint; nil if it does not.
    var shortSince: Int64?
    /// The next offset to fold.
    public internal(set) var next: Int64 = 0
    /// The event that the open batch passed last; −1: none. `next` may be further: transaction markers have offsets
    /// too.
    var passed: Int64 = -1
    /// The value from whose `next` the folding of the open batch began: what the fence is compared with.
    var believed: [UInt8] = []
    var believedNext: Int64 = 0
    var believedConfirmed: Int64 = 0
    /// What the transaction in flight, or one of unknown outcome, writes; empty: none.
    var sent: [UInt8] = []
    var sentNext: Int64 = 0
    var sentAtEnd: Int64?
    /// The furthest checkpoint that Redis acknowledged to this lane; −1 before the first.
    public internal(set) var acknowledged: Int64 = -1
    /// In the open batch.
    var isTouched = false
    /// Its `confirmed` should be brought up to `next`, or its time at the end renewed.
    var wantsConfirmation = false
    /// In the transaction in flight.
    var isInFlight = false
    var isWatched = false
    /// For choosing whom to watch when there are too many.
    var lastUse: UInt64 = 0
    var anchor: Checkpoint.Anchor?
    /// Of a projection in code: an event of the open batch or of an earlier one, and the hash of what it changes.
    var changes: Checkpoint.Anchor?
    var time: Int64 = -1
    var atEnd: Int64?
    /// The `atEnd` of the checkpoint that is believed.
    var believedAtEnd: Int64?
    /// Compacted topics: how long the broker keeps tombstones; nil if it does not report it.
    var tombstoneRetention: Int64?
    /// An end of the log that is not reached yet, and a time before it was asked for.
    var toldEnd: (offset: Int64, time: Int64)?
    /// When the end was last asked for, on the machine's clock.
    var askedEndAt: Int64 = 0
    /// What is known of its damage.
    var damage: DamageRecord?
    /// The end of the log as last told; −1 before that.
    public internal(set) var end: Int64 = -1
    /// An end of the log that was reported while the partition was not watched; −1: none.
    var waitingEnd: Int64 = -1
    var isPaused = false

    var backOff: Int64 = 0
    var losses: [Loss] = []
    public internal(set) var rewinds = 0

    var parked = ParkedIndex()
    var older = OlderKeys()
    /// The event for which `older` was read again: it is parked by what was found, however long that took.
    var readOlderFor: Int64 = -1
    var ledger: [Int64: LedgerEntry] = [:]
    /// The event at which it halted, which an operator may skip or edit.
    var haltedAt: ParkedRecord?
    var replay: Replay?
    /// Messages were dropped that must be read again.
    var needsPlacement = false

    struct Loss: Sendable {
        var at: Int64
        var writer: String
    }

    init(topic: Int, partition: Int32, topicName: String, keys: KeySpace) {
        self.topic = topic
        self.partition = partition
        self.topicName = topicName
        checkpointKey = Array(keys.checkpoint(topicName, partition).utf8)
    }

    /// The event at `offset` is behind us.
    mutating func pass(_ offset: Int64, _ timestamp: Int64) {
        next = offset + 1
        passed = offset
        time = timestamp
        wantsConfirmation = false
    }

    /// `orders-3`, for people.
    public var name: String { "\(topicName)-\(partition)" }
}
