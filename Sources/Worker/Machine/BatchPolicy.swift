/// How a lane fills its transactions: merged or streamed, and how full, chosen by what it sees (Architecture.md, "How a
/// batch is filled").
///
/// Where keys repeat, waiting and merging sends Redis less. Where they rarely do, each change is encoded at once and its
/// commands go out behind the transaction before (the open transaction), so that Redis hardly waits for the lane.
struct BatchPolicy {
    /// So many transactions are streamed before one is merged again, to see whether keys repeat by now.
    static let probe = 64
    /// The minimum number of changes before a decision.
    static let sample: Int64 = 512
    /// How far a transaction may grow beyond the limit of commands while its keys keep repeating.
    static let growth = 4
    /// While there is more to read than can be folded, no reader waits for the last event: a transaction may be
    /// filled for this many milliseconds.
    static let patience: Int64 = 50

    let limit: Int
    private let merges: Bool?
    /// How many commands the transaction that is being filled may have.
    private(set) var room: Int
    private(set) var isMerging = true
    private var streamed = 0
    private var offered: Int64 = 0
    private var sent: Int64 = 0
    /// What the open transaction had when it was last allowed to grow.
    private var checkedOffered: Int64 = 0
    private var checkedCommands = 0

    /// `merges`: how all of them are filled; nil: as it sees fit.
    init(limit: Int, merges: Bool? = nil) {
        self.limit = limit
        self.merges = merges
        room = limit
        isMerging = merges ?? true
    }

    /// Whether a transaction of `commands`, which stand for `offered` changes, may still grow: its keys repeat, so that
    /// the next changes cost few commands. `isWaiting`: Redis is busy with the one before, so that growing delays
    /// nothing; otherwise Redis would be idle meanwhile, which pays only if almost no commands are added.
    mutating func mayGrow(commands: Int, offered: Int64, isWaiting: Bool) -> Bool {
        guard isMerging, room < limit * Self.growth else { return false }
        let changes = offered - checkedOffered
        let growth = Int64(commands - checkedCommands)
        guard changes > 0, isWaiting ? growth * 4 < changes * 3 : growth * 8 < changes else { return false }
        checkedOffered = offered
        checkedCommands = commands
        room = min(limit * Self.growth, room + max(limit / 4, 1))
        return true
    }

    /// The transaction that was being filled was dropped.
    mutating func dropped() {
        room = limit
        checkedOffered = 0
        checkedCommands = 0
    }

    /// A transaction of `commands` was closed; unmerged it would have had `offered`. Says how the next one is filled.
    mutating func closed(commands: Int, offered: Int64) {
        dropped()
        guard merges == nil else { return }
        if !isMerging {
            streamed += 1
            if streamed >= Self.probe { isMerging = true }
            return
        }
        self.offered += offered
        sent += Int64(commands)
        guard self.offered >= Self.sample else { return }
        // A tenth less to send is worth the finding of rows.
        isMerging = sent * 10 < self.offered * 9
        streamed = 0
        self.offered = 0
        sent = 0
    }
}
