import Records

/// What a partition's part of the open batch and of the transaction in flight is, for what a lane measures.
struct PartitionTally: Sendable {
    /// Of the open batch.
    var open = EventCounts()
    /// The timestamp of the open batch's first event; nil before it.
    var first: Int64?
    /// Of the transaction in flight.
    private(set) var sent: (events: Int64, first: Int64, last: Int64)?

    /// An event is behind us.
    @inline(__always)
    mutating func pass(_ timestamp: Int64, bytes: Int) {
        if open.passed == 0 { first = timestamp }
        open.passed &+= 1
        open.bytes &+= Int64(bytes)
    }

    /// The batch is closed, its last event having this timestamp; returns what was counted.
    mutating func close(last: Int64) -> EventCounts {
        sent = open.passed > 0 ? (open.passed, first ?? last, last) : nil
        return take()
    }

    /// What was counted and not handed over yet.
    mutating func take() -> EventCounts {
        defer {
            open = EventCounts()
            first = nil
        }
        return open
    }

    /// The event went to the dead-letter topic.
    mutating func countDeadLetter(_ record: ParkedRecord) {
        pass(record.timestamp, bytes: record.byteCount)
        open.skipped += 1
    }

    /// The transaction was applied.
    mutating func acknowledge() -> (events: Int64, first: Int64, last: Int64)? {
        defer { sent = nil }
        return sent
    }
}
