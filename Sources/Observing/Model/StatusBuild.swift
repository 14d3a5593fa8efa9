import Records

/// A generation that is not live, as `lantern status` shows it: a build, or what was live before.
public struct StatusBuild: Sendable, Encodable, Equatable {
    public let database: Int
    public let number: Int
    public let id: String
    public let state: String
    /// Whether it has this file's definition.
    public let isThisVersion: Bool
    /// Whether it was live before a promotion or a rollback: then the way back leads to it.
    public let isFormer: Bool
    /// When it was made, in milliseconds since 1970; nil: that was not noted.
    public let builtAt: Int64?
    /// Events that it is behind live; nil: that is not known.
    public let remaining: Int64?
    /// The part of what live has folded that it has, from 0 to 1; nil: that is not known.
    public let ratio: Double?
    /// Of a former one: until when workers keep it, in milliseconds since 1970.
    public let keptUntil: Int64?
    /// Of a former one: about how long it takes to reach live, in seconds; nil: it is not known how fast it was.
    public let secondsToLive: Double?

    init(
        _ place: GenerationPlace, _ reading: BesideReading?, _ subject: StatusSubject, _ live: [StoredPartition],
        _ logs: [String: TopicLogs]
    ) {
        database = place.database
        number = place.record.number
        id = place.record.identifier
        state = place.record.state.rawValue
        isThisVersion = place.record.fingerprint == subject.fingerprint
        isFormer = reading?.liveUntil != nil
        builtAt = reading?.builtAt
        keptUntil = reading?.liveUntil.map { $0 + subject.keepPrevious }
        let progress = reading.flatMap { Self.progress($0, live, logs) }
        remaining = progress?.remaining
        ratio = progress?.ratio
        if let remaining, let rate = reading?.rate, rate > 0, isFormer {
            secondsToLive = Double(remaining) / rate
        } else {
            secondsToLive = nil
        }
    }

    private static func progress(
        _ reading: BesideReading, _ live: [StoredPartition], _ logs: [String: TopicLogs]
    ) -> (remaining: Int64, ratio: Double)? {
        guard reading.next.count == live.count, !live.isEmpty else { return nil }
        var (remaining, done, all): (Int64, Int64, Int64) = (0, 0, 0)
        for (next, partition) in zip(reading.next, live) {
            guard let goal = partition.next else { return nil }
            let bounds = logs[partition.topic]?.bounds
            let index = Int(partition.partition)
            let low = bounds.flatMap { index < $0.count ? $0[index].low : nil } ?? 0
            let reached = next ?? low
            remaining += max(0, goal - reached)
            done += max(0, min(goal, reached) - low)
            all += max(0, goal - low)
        }
        return (remaining, all == 0 ? 1 : Double(done) / Double(all))
    }
}
