import Projections
import Records

// Redis refuses to read what it is sent: the event that it is about is found by sending each alone.
extension LaneMachine {
    /// The connection ended with these words under a transaction; returns the event that is known to be the reason.
    mutating func isolate(_ words: String) -> (slot: Int, record: ParkedRecord)? {
        // Sending it again would be in vain.
        guard words.contains("Protocol error") else { return nil }
        guard batch.isolation == nil else { return batch.isolation?.suspect }
        batch.isolation = Isolation(events: batch.events + batch.eventsInFlight)
        return nil
    }

    /// Whether the event may be taken now, alone.
    mutating func takesAlone(_ event: borrowing Event, slot: Int) -> Bool {
        guard batch.events == 0, !isInFlight else { return false }
        var record = ParkedRecord(event, headers: event.headers, view: nil, reason: "Redis refuses to read it")
        record.leaveOutValue(over: settings.recordBytes)
        batch.isolation?.suspect = (slot, record)
        return true
    }

    /// A transaction was applied, or its event was found to be the one.
    mutating func passIsolated(_ events: Int) {
        batch.isolation?.pass(events)
        if let isolation = batch.isolation, isolation.left <= 0 { batch.isolation = nil }
    }

    /// The event that was alone in the refused transaction halts its partition.
    mutating func haltUnreadable(_ suspect: (slot: Int, record: ParkedRecord), _ words: String) {
        passIsolated(1)
        let name = table[suspect.slot].name
        halt(
            suspect.slot, .serverRefuses,
            "Redis refuses to read what \(name)@\(suspect.record.offset) changes, and closes the connection: \(words). A value of it "
                + "is longer than Redis's proto-max-bulk-len: raise that and restart the worker, or skip or edit the event with "
                + "`lantern parked skip|edit`.", at: suspect.record)
    }
}
