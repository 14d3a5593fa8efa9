import Records

/// What `lantern status` tells of one partition.
public struct PartitionStatus: Sendable, Encodable {
    public let topic: String
    public let partition: Int32
    /// Where `--allow-partial` began, because Kafka had deleted the earlier events; nil if all were read.
    public let start: Int64?
    /// The next offset to read; nil without a checkpoint.
    public let next: Int64?
    /// The log's end, the high watermark; nil if Kafka does not reply.
    public private(set) var end: Int64?
    /// Up to where the log can be read now, the last stable offset: less than `end` while a transaction is open.
    public private(set) var readable: Int64?
    /// From `next` to `end`.
    public private(set) var lag: Int64?
    /// `projecting`, `caught-up`, `held-back`, `waiting for a worker`, `refused`, `halted`, `missing`.
    public let state: String
    public let reason: String?
    public let parked: Int64
    /// The timestamp of the first parked event, in milliseconds since 1970; nil: none is parked.
    public let parkedSince: Int64?
    /// How long Kafka keeps at least what is not read yet, in seconds, by time-based retention; nil: for ever, or not known.
    public private(set) var retentionMargin: Double?
    public let rewinds: Int64
    /// Whether it stands still until an operator acts.
    public let needsAttention: Bool
    /// Whether it is damaged until its generation is built again.
    public let isDamaged: Bool
    /// The first offset that is still in the log; nil if Kafka does not reply.
    public private(set) var low: Int64?
    /// The timestamp of the last record passed, in milliseconds since 1970.
    public let time: Int64?
    /// How long ago that was while there is more to read; 0 at the end; nil if one of both is not known.
    public private(set) var lagSeconds: Double?
    /// The id of the worker that has it; nil: no worker says so.
    public let worker: String?
    /// Since when no worker says so, by this machine's clock in milliseconds since 1970; nil: one does, or it is not known.
    public var unownedSince: Int64?

    enum CodingKeys: String, CodingKey {
        case topic, partition, start, low, next, end, readable, lag, lagSeconds, state, reason, parked, rewinds, worker
        case parkedSince, retentionMargin, unownedSince
    }

    /// Has an encoder leave out `lagSeconds` at the end of the log, `parked` where nothing is, and `retentionMargin`.
    static let brief: [CodingUserInfoKey: any Sendable] = Dictionary(
        uniqueKeysWithValues: [CodingUserInfoKey(rawValue: "brief")].compactMap(\.self).map { ($0, true) })

    /// There may be thousands: what is 0 of `low` and `rewinds` is left out, and `readable` where it is the end.
    public func encode(to encoder: any Encoder) throws {
        let isBrief = Self.brief.keys.contains { encoder.userInfo[$0] != nil }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(topic, forKey: .topic)
        try container.encode(partition, forKey: .partition)
        try container.encodeIfPresent(start, forKey: .start)
        try container.encodeIfPresent(low == 0 ? nil : low, forKey: .low)
        try container.encodeIfPresent(next, forKey: .next)
        try container.encodeIfPresent(end, forKey: .end)
        try container.encodeIfPresent(readable == end ? nil : readable, forKey: .readable)
        try container.encodeIfPresent(lag, forKey: .lag)
        try container.encodeIfPresent(isBrief && lag == 0 ? nil : lagSeconds, forKey: .lagSeconds)
        try container.encode(state, forKey: .state)
        try container.encodeIfPresent(reason, forKey: .reason)
        try container.encodeIfPresent(isBrief && parked == 0 ? nil : parked, forKey: .parked)
        try container.encodeIfPresent(rewinds == 0 ? nil : rewinds, forKey: .rewinds)
        try container.encodeIfPresent(worker, forKey: .worker)
        try container.encodeIfPresent(parkedSince, forKey: .parkedSince)
        try container.encodeIfPresent(isBrief ? nil : retentionMargin, forKey: .retentionMargin)
        try container.encodeIfPresent(unownedSince, forKey: .unownedSince)
    }

    var place: (topic: String, partition: Int32) { (topic, partition) }

    /// `TOPIC-PARTITION`
    public var name: String { "\(topic)-\(partition)" }

    init(_ stored: StoredPartition, _ log: LogBounds?, worker: String?, now: Int64) {
        topic = stored.topic
        partition = stored.partition
        self.worker = worker
        isDamaged = stored.damage != nil
        time = stored.time
        start = stored.start
        next = stored.next
        parked = stored.parked
        parkedSince = stored.parkedSince
        rewinds = stored.rewinds
        let finding = Self.judge(stored, log)
        state = finding.state
        reason = finding.reason
        needsAttention = finding.needsAttention
        measure(log, now: now)
    }

    /// How far the checkpoint is from the log's end, and from its beginning; nothing is known without the log.
    mutating func measure(_ log: LogBounds?, now: Int64) {
        (low, end, readable) = (log?.low, log?.end, log?.readable)
        (lag, lagSeconds, retentionMargin) = (nil, nil, nil)
        guard let log, let next else { return }
        lag = max(0, log.end - next)
        if lag == 0 { lagSeconds = 0 } else if let time { lagSeconds = Double(max(0, now - time)) / 1_000 }
        if let retention = log.retention, let lagSeconds {
            retentionMargin = Double(retention) / 1_000 - lagSeconds
        }
    }

    private typealias Finding = (state: String, reason: String?, needsAttention: Bool)

    private static func judge(_ stored: StoredPartition, _ log: LogBounds?) -> Finding {
        let note = stored.note ?? "waiting for a worker"
        if let damage = stored.damage { return ("halted", "damaged: \(damage)", true) }
        if note.hasPrefix("halted ") { return ("halted", String(note.dropFirst(7)), true) }
        if stored.isGone {
            return ("halted", "the topic no longer has this partition: it was deleted, or recreated with fewer", true)
        }
        guard let next = stored.next else {
            return ("missing", "there is no checkpoint in Redis", stored.isExpected)
        }
        guard let log else { return judge(note) }
        if log.end < next {
            return (
                "halted",
                "the log ends at \(log.end), before the checkpoint's next offset \(next): it was truncated or recreated, "
                    + "or its leader lags for a moment; a worker halts the partition if that lasts", true
            )
        }
        if log.low > next {
            return (
                "halted",
                "the log begins at \(log.low), after the checkpoint's next offset \(next): Kafka deleted events that "
                    + "were not projected, and a worker halts the partition", true
            )
        }
        let finding = judge(note)
        if finding.needsAttention { return finding }
        if next == log.end { return ("caught-up", nil, false) }
        if next == log.readable {
            return (
                "held-back",
                "an open transaction holds back \(log.end - next) offsets, from \(next) to \(log.end - 1): they are read "
                    + "once their producer commits or aborts it, or Kafka aborts it after transaction.timeout.ms", false
            )
        }
        return finding
    }

    private static func judge(_ note: String) -> Finding {
        note.hasPrefix("refused ") ? ("refused", String(note.dropFirst(8)), true) : (note, nil, false)
    }
}
