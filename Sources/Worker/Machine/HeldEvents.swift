import Records

/// Which events of a partition are not simply folded.
struct HeldEvents: Sendable {
    var parked = ParkedIndex()
    /// How many events were parked when this lane first read it, if nothing of it was ever projected.
    var parkedBefore = 0
    /// The keys that the partitions before a growth hold parked.
    var older = OlderKeys()
    /// The event for which `older` was read again: it is parked by what was found, however long that took.
    var olderReadFor: Int64?
    /// What the operator decided about an offset's event.
    var ledger: [Int64: LedgerEntry] = [:]

    var isEmpty: Bool { parked.isEmpty && ledger.isEmpty && older.isEmpty }
}
