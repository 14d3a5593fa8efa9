import Records

/// Redis refused to read a transaction and closed the connection: an argument of it is longer than `proto-max-bulk-len`. It does
/// not say which one, so the events that were folded are sent again one at a time.
struct Isolation {
    /// How many events may still be the one.
    private(set) var left: Int
    /// The event that was taken last, alone in its transaction.
    var suspect: (slot: Int, record: ParkedRecord)?

    init(events: Int) { left = events }

    /// So many events are not it, or it was found.
    mutating func pass(_ events: Int) {
        left -= events
        suspect = nil
    }
}
