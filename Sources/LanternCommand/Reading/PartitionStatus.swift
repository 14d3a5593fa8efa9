import Records

/// What `lantern status` tells of one partition.
struct PartitionStatus: Encodable {
    let topic: String
    let partition: Int32
    /// Where `--allow-partial` began, because Kafka had deleted the earlier events; nil if all were read.
    let start: Int64?
    /// The next offset to read; nil without a checkpoint.
    let next: Int64?
    /// The log's end, the high watermark; nil if Kafka does not reply.
    let end: Int64?
    /// Up to where the log can be read now, the last stable offset: less than `end` while a transaction is open.
    let readable: Int64?
    /// From `next` to `end`.
    let lag: Int64?
    /// `projecting`, `caught-up`, `held-back`, `waiting for a worker`, `refused`, `halted`, `missing`.
    let state: String
    let reason: String?
    let parked: Int64
    let rewinds: Int64
    /// Whether it stands still until an operator acts.
    let needsAttention: Bool

    enum CodingKeys: String, CodingKey {
        case topic, partition, start, next, end, readable, lag, state, reason, parked, rewinds
    }

    init(topic: String, partition: Int32, _ stored: StoredPartition, _ log: LogBounds?) {
        self.topic = topic
        self.partition = partition
        start = stored.start
        next = stored.next
        end = log?.end
        readable = log?.readable
        lag = stored.next.flatMap { next in log.map { max(0, $0.end - next) } }
        parked = stored.parked
        rewinds = stored.rewinds
        let finding = Self.judge(stored, log)
        state = finding.state
        reason = finding.reason
        needsAttention = finding.needsAttention
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
