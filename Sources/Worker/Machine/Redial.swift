import Bytes

/// When the next connection to Redis is opened.
struct Redial {
    /// nil while one is being opened, or open.
    private(set) var dueAt: Int64? = 0
    private var failures = BackOff()
    /// Grows while Redis refuses transactions, whatever else it grants.
    var refusals = BackOff()

    /// Whether the generation's database is to be found before the next connection.
    private(set) var isSearching = false
    /// What was found in the generation's place.
    private(set) var found: [UInt8]?

    mutating func search(_ found: [UInt8]?, now: Int64) {
        isSearching = true
        self.found = found
        dueAt = now
    }

    mutating func located(now: Int64) {
        isSearching = false
        dueAt = now
    }

    mutating func dialing() { dueAt = nil }
    mutating func later(at time: Int64) { dueAt = time }

    /// The last one could not be opened, or broke before it was of any use: the server may take connections and drop them.
    mutating func failed(_ settings: LaneSettings, _ random: inout SplitMix64, now: Int64) {
        dueAt = now + failures.next(settings, &random)
    }

    /// The connection broke. One that broke under a transaction, as the one before it did, is not replaced at once: that
    /// checkpoints can be read says nothing of writing.
    mutating func lost(
        wasOfUse: Bool, hadTransaction: Bool, _ settings: LaneSettings, _ random: inout SplitMix64, now: Int64
    ) {
        let isFirst = refusals.isAtRest
        let pause = hadTransaction ? refusals.next(settings, &random) : 0
        if wasOfUse { dueAt = isFirst ? now : now + pause } else { failed(settings, &random, now: now) }
    }

    /// The connection was of use: the next one after its loss is opened at once.
    mutating func served() { failures.reset() }
}
