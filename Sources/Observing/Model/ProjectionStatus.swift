import Projections
public import Records

/// How one projection is: what Redis and Kafka hold of it, and what workers say of it.
public struct ProjectionStatus: Sendable, Encodable {
    public let name: String
    public let generation: Int?
    /// The identifier of the live generation.
    public let id: String?
    /// The home database.
    public let database: Int
    /// Whether there is a generation in it: that one is live.
    public let live: Bool
    /// Generations in other databases.
    public let builds: [StatusBuild]
    /// By view: what `lantern verify` has found in the rows of the live generation.
    public let verified: [String: VerifiedRows]
    /// Until when the log still has all that the views are made of, by Kafka's time-based retention, in milliseconds since 1970;
    /// 0: it has lost its beginning already; nil: it is kept for ever, or that is not known.
    public let rebuildableUntil: Int64?
    public let state: String
    /// What keeps every worker from it until an operator acts; nil: nothing.
    public let obstacle: String?
    public let group: String?
    /// Whether the live generation was built by this file's version of the projection: else a worker with this file idles.
    public let isThisVersion: Bool
    /// Whether it began with `--allow-partial` on a log that lacks its beginning: its views lack those events.
    public let isPartial: Bool
    public var partitions: [PartitionStatus]
    public let parked: Int64
    public let rewinds: Int64
    /// What operators asked of parked events and no lane has carried out yet.
    public let requests: Int64
    /// The ids of the workers whose lanes fold what is live.
    public let workers: [String]
    /// Whether some worker has the live generation's definition, whatever it does at the moment.
    public let canBeFolded: Bool
    /// Events a second, of all workers.
    public let rate: Int64
    /// From a record's timestamp until it is visible, over the last minute, in the slowest worker; nil if nothing came.
    public let freshness: FreshnessStatus?
    /// Where the lanes' time went over the last minute, in all workers; nil: no worker says so.
    public let phases: WorkerPhases?

    init(
        _ subject: StatusSubject, _ reading: ProjectionReading, _ logs: [String: TopicLogs], _ entries: [WorkerEntry],
        now: Int64
    ) {
        name = subject.plan.name
        database = subject.home
        let refusals = subject.plan.topics.compactMap { topic -> String? in
            if case .refused(let words)? = logs[topic.name] { words } else { nil }
        }
        obstacle =
            reading.finding.obstacle ?? reading.blocked.map { "a worker cannot run it and keeps trying: \($0)" }
            ?? (refusals.isEmpty ? nil : refusals.joined(separator: "; "))
        requests = reading.requests
        var record: GenerationRecord?
        if case .found(let found) = reading.finding { record = found }
        generation = record?.number
        id = record?.identifier
        live = record != nil
        state = record?.state.rawValue ?? (obstacle == nil ? "not started" : "halted")
        isThisVersion = record.map { $0.fingerprint == subject.fingerprint } ?? true
        group = record.map {
            GroupName.of(
                prefix: subject.group, projection: subject.plan.name, number: $0.number, identifier: $0.identifier)
        }
        let folding = ProjectionFolders(subject.plan.name, record, entries)
        workers = folding.workers
        canBeFolded = folding.canBeFolded
        rate = folding.rate
        freshness = folding.freshness
        phases = folding.phases
        partitions = reading.partitions.map { stored in
            let bounds = logs[stored.topic]?.bounds
            let index = Int(stored.partition)
            return PartitionStatus(
                stored, bounds.flatMap { index < $0.count ? $0[index] : nil },
                worker: folding.owner(of: stored.topic, stored.partition), now: now)
        }
        builds = reading.places.filter { $0.database != subject.home }.map { place in
            StatusBuild(place, reading.beside.first { $0.place == place }, subject, reading.partitions, logs)
        }
        verified = reading.verified
        rebuildableUntil = Self.rebuildableUntil(subject.plan, logs)
        isPartial = partitions.contains { $0.start != nil }
        parked = partitions.reduce(0) { $0 + $1.parked }
        rewinds = partitions.reduce(0) { $0 + $1.rewinds }
    }
    /// Kafka deletes a segment when its newest record is too old, so the first record is there at least so long.
    private static func rebuildableUntil(_ plan: ProjectionPlan, _ logs: [String: TopicLogs]) -> Int64? {
        var until: Int64?
        for topic in plan.topics where !topic.isCompacted {
            for log in logs[topic.name]?.bounds ?? [] {
                if log.low > 0 { return 0 }
                guard let first = log.firstTime, let retention = log.retention else { continue }
                until = min(until ?? .max, first + retention)
            }
        }
        return until
    }
}
