// What of a transaction is measured: methods of their own, called in loops. (Inside the loops these lines send the compiler of
// Swift 6.3.1 into an endless one: MovedAsyncVarDebugInfoPropagator, without optimization.)
extension LaneMachine {
    /// The partition's part of the batch goes out with its transaction.
    mutating func countClosed(_ slot: Int) {
        let last = table[slot].position.time
        meter.add(table[slot].tally.close(last: last), topic: table[slot].topic)
    }

    /// What is folded and not sent will not be: it was read all the same.
    mutating func countDropped(_ slot: Int) {
        let counts = table[slot].tally.take()
        meter.add(counts, topic: table[slot].topic)
    }

    /// The transaction in flight was applied.
    mutating func measureApplied(now: Int64) {
        counters.applied += 1
        let sentAt = ofSession { $0.sentAt } ?? now
        meter.applied(events: batch.eventsInFlight, after: now - sentAt)
        if let newest = batch.newestInFlight { meter.applied(newest: newest, now: now) }
    }

    /// The partition's part of it is visible.
    mutating func measureVisible(_ slot: Int, now: Int64) {
        guard let shown = table[slot].tally.acknowledge() else { return }
        meter.visible(shown.events, first: shown.first, last: shown.last, now: now)
    }
}
