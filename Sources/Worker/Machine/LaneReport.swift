/// Something that happened in a lane and is worth a log line, a counter or a line of `status`.
public enum LaneReport: Sendable, Equatable {
    /// A partition is folding from this offset on.
    case started(slot: Int, next: Int64)
    /// Somebody else moved the checkpoint, or the WATCH fired.
    case fenced(slot: Int?, by: String?)
    /// Redis lost acknowledged writes; this many events are replayed.
    case rewound(slot: Int, events: Int64)
    case halted(slot: Int, HaltReason)
    /// Redis refused the transaction; nothing was applied.
    case refused(String)
    case connectionLost(String)
    case connected
    /// `confirmed…next` could not be checked: no longer in the log.
    case unverified(slot: Int, from: Int64, to: Int64)
    case parked(slot: Int, offset: Int64, reason: String)
    case skipped(slot: Int, offset: Int64, reason: String)
    /// An operator's skip or edit was made for another record than the one that is there now: it was not applied.
    case decisionIgnored(slot: Int, offset: Int64)
    /// Whether the log is still the same could not be found out, so its events wait.
    case uninspected(slot: Int, String)
    /// The operator's requests cannot be read.
    case requestsUnread(String)
    /// A promotion drains the generation: nothing is folded until it ends.
    case standing(token: String)
    /// The promotion has ended, and the generation is where it was.
    case resumed
    /// The generation is in another database now.
    case moved(database: Int)
    /// The outcome of a transaction was unknown and has been found out.
    case outcomeResolved(slot: Int, wasApplied: Bool)
}

/// Why a partition is halted until an operator acts.
public struct HaltReason: Sendable, Equatable {
    public enum Code: String, Sendable {
        case damaged
        case checkpointLost = "checkpoint-lost"
        case retentionPassed = "retention-passed"
        case logTruncated = "log-truncated"
        case otherWriter = "other-writer"
        case badEvent = "bad-event"
        case parkingFull = "parking-full"
        case notJSON = "not-json"
        case partitionError = "partition-error"
        case tombstonesMissed = "tombstones-missed"
        case serverRefuses = "server-refuses"
        case codeChanged = "code-changed"
    }

    public var code: Code
    /// What happened, to what, why, and what to do next.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
