import Bytes
import Projections

/// What is folded and not yet in a transaction that was closed.
struct Batch: ~Copyable {
    var changes = Changeset()
    /// Events that go to their keys' parked lists.
    var parkingCommands = CommandBuffer(capacity: 256)
    private(set) var events = 0
    /// Of the transaction that was closed last.
    private(set) var eventsInFlight = 0
    /// The latest time that was looked at of its events; nil: none.
    private var newest: Int64?
    /// Of the transaction that was closed last.
    private(set) var newestInFlight: Int64?
    /// Set while Redis refuses to read what it is sent: events go one at a time.
    var isolation: Isolation?
    private var policy: BatchPolicy
    private let byteLimit: Int
    private let eventLimit: Int
    /// When it could have gone for the first time but was filled further.
    private var since: Int64?
    /// What of it is in the open transaction.
    private var queued = (commands: 0, bytes: 0)
    /// Changes that are in the open transaction, before they were merged.
    private var changeCount: Int64 = 0
    /// An event of this slot waits until the next fence covers its partition.
    var slotAwaitingFence: Int?

    init(_ settings: LaneSettings) {
        policy = BatchPolicy(limit: settings.commandsPerTransaction, merges: settings.mergesBatches)
        byteLimit = settings.bytesPerTransaction
        eventLimit = settings.eventsPerTransaction
        changes.isMerging = policy.isMerging
    }

    var isEmpty: Bool { queued.commands == 0 && changes.isEmpty && parkingCommands.isEmpty }
    /// Without the checkpoints'; a command for several documents counts as that many.
    var commandCount: Int { changes.commandCount &+ parkingCommands.commandCount &+ queued.commands }
    var byteCount: Int { unqueuedBytes &+ queued.bytes }
    var unqueuedBytes: Int { changes.byteCount &+ parkingCommands.bytes.count }
    /// Whether it can take another event. (`mutating`: see ``LaneMachine/wantsEvents``.)
    var hasRoom: Bool {
        mutating get {
            slotAwaitingFence == nil && events < (isolation == nil ? eventLimit : 1)
                && changes.isBelow(
                    commands: policy.room &- parkingCommands.commandCount &- queued.commands,
                    bytes: byteLimit &- parkingCommands.bytes.count &- queued.bytes)
        }
    }

    @inline(__always)
    mutating func countEvent() { events += 1 }

    mutating func noteTime(_ time: Int64) { newest = max(newest ?? time, time) }

    /// Kafka has more: whether it may be filled further before it goes.
    mutating func mayFill(now: Int64) -> Bool {
        guard isolation == nil else { return false }
        let begin = since ?? now
        since = begin
        if now - begin >= BatchPolicy.patience || events >= eventLimit || byteCount >= byteLimit { return false }
        return commandCount < policy.room || grow(isWaiting: false)
    }

    /// Kafka has more, and Redis is busy: there is nothing else to do meanwhile.
    mutating func growWhileWaiting() {
        if commandCount >= policy.room { _ = grow(isWaiting: true) }
    }

    private mutating func grow(isWaiting: Bool) -> Bool {
        policy.mayGrow(commands: commandCount, offered: changes.offeredCount, isWaiting: isWaiting)
    }

    /// When it goes at the latest.
    var deadline: Int64? { since.map { $0 + BatchPolicy.patience } }

    /// Moves what is folded into the open transaction.
    mutating func queue(into transaction: inout CommandBuffer) {
        changeCount += changes.isMerging ? changes.offeredCount : Int64(changes.commandCount)
        changes.encode(into: &transaction)
        transaction.append(parkingCommands)
        changes.removeAll()
        parkingCommands.removeAll(keeping: 1 << 20)
        queued = (transaction.weight, transaction.bytes.count)
    }

    mutating func takeChangeCount() -> Int64 {
        defer { changeCount = 0 }
        return changeCount
    }

    /// It is about to be closed: what of it was merged decides how the next one is filled.
    mutating func judge() { policy.closed(commands: changes.commandCount, offered: changes.offeredCount) }

    /// It was closed, and the next one begins.
    mutating func restart() {
        changes.isMerging = policy.isMerging
        eventsInFlight = events
        newestInFlight = newest
        events = 0
        newest = nil
        since = nil
        queued = (0, 0)
    }

    mutating func drop() {
        policy.dropped()
        changeCount = 0
        isolation?.suspect = nil
        changes.removeAll()
        parkingCommands.removeAll(keeping: 1 << 20)
        events = 0
        newest = nil
        since = nil
        queued = (0, 0)
        slotAwaitingFence = nil
    }
}
