internal import Projections

/// A bound's name in the file, its unit and range.
struct LimitWord: Sendable {
    enum Unit { case count, bytes, milliseconds }

    var name: String
    var summary: String
    var unit: Unit
    var range: ClosedRange<Int>
    var property: any WritableKeyPath<Limits, Int> & Sendable

    static let all: [LimitWord] = [
        LimitWord(
            name: "commands-per-transaction", summary: "Commands in one Redis transaction.", unit: .count,
            range: 1...10_000, property: \.commandsPerTransaction),
        LimitWord(
            name: "bytes-per-transaction", summary: "Bytes of one Redis transaction.", unit: .bytes,
            range: (64 << 10)...(256 << 20), property: \.bytesPerTransaction),
        LimitWord(
            name: "record-bytes",
            summary: "The largest event value; a larger one is bad, and parked without its value.", unit: .bytes,
            range: (1 << 10)...(256 << 20), property: \.recordBytes),
        LimitWord(
            name: "key-bytes", summary: "The longest row key; an event that needs a longer one is bad.", unit: .bytes,
            range: 64...Limits.longestKey, property: \.keyBytes),
        LimitWord(
            name: "parked-per-key", summary: "Parked events of one key; at the limit the partition halts.",
            unit: .count, range: 1...1_000_000, property: \.parkedPerKey),
        LimitWord(
            name: "parked", summary: "Parked events of one partition; at the limit it halts.", unit: .count,
            range: 1...100_000_000, property: \.parked),
        LimitWord(
            name: "reply-bytes", summary: "The largest reply taken from Redis.", unit: .bytes,
            range: (1 << 20)...(1 << 30), property: \.replyBytes),
        LimitWord(
            name: "connect-timeout", summary: "How long connecting to Redis may take.", unit: .milliseconds,
            range: 10...600_000, property: \.connectTimeoutMilliseconds),
        LimitWord(
            name: "command-timeout", summary: "How long Redis may take to reply.", unit: .milliseconds,
            range: 10...600_000, property: \.commandTimeoutMilliseconds),
        LimitWord(
            name: "back-off-minimum", summary: "The first wait before trying again.", unit: .milliseconds,
            range: 1...60_000, property: \.backOffMinimumMilliseconds),
        LimitWord(
            name: "back-off-maximum", summary: "The longest wait before trying again.", unit: .milliseconds,
            range: 1...3_600_000, property: \.backOffMaximumMilliseconds),
        LimitWord(
            name: "revocation-deadline", summary: "How long a revoked partition waits for its transaction.",
            unit: .milliseconds, range: 10...60_000, property: \.revocationDeadlineMilliseconds),
        LimitWord(
            name: "drain-deadline", summary: "How long stopping may take; keep it below the container's grace period.",
            unit: .milliseconds, range: 100...600_000, property: \.drainDeadlineMilliseconds),
    ]

    var word: Word {
        let preset = Limits()[keyPath: property]
        switch unit {
        case .count: return Word(name: name, summary: "\(summary) Default \(preset).", shape: .integer(range))
        case .bytes:
            return Word(name: name, summary: "\(summary) Default \(ByteCount.text(preset)).", shape: .size)
        case .milliseconds:
            return Word(name: name, summary: "\(summary) Default \(TimeSpan.text(preset)).", shape: .duration)
        }
    }
}
