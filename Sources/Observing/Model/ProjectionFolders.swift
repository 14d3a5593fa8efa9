import Records

/// The workers that fold one projection's live generation, as they say themselves.
struct ProjectionFolders {
    var workers: [String] = []
    var canBeFolded = false
    var rate: Int64 = 0
    var freshness: FreshnessStatus?
    var phases: WorkerPhases?
    /// `TOPIC-PARTITION` → worker
    private var owners: [String: String] = [:]

    init(_ name: String, _ record: GenerationRecord?, _ entries: [WorkerEntry]) {
        for entry in entries {
            for projection in entry.projections where projection.name == name {
                if let record { canBeFolded = canBeFolded || projection.fingerprint == record.fingerprint }
                guard projection.role == .live, projection.generation == record?.identifier, record != nil else {
                    continue
                }
                take(projection, of: entry.id)
            }
        }
        if record == nil { canBeFolded = entries.contains { $0.projections.contains { $0.name == name } } }
    }

    private mutating func take(_ projection: WorkerProjection, of worker: String) {
        if projection.state == .running { workers.append(worker) }
        rate += projection.rate
        if let own = projection.phases { phases = phases.map { $0 + own } ?? own }
        if let median = projection.freshnessMedian, let high = projection.freshness99 {
            freshness = FreshnessStatus(
                p50Milliseconds: max(freshness?.p50Milliseconds ?? 0, median),
                p99Milliseconds: max(freshness?.p99Milliseconds ?? 0, high))
        }
        for partition in projection.partitions { owners["\(partition.topic)-\(partition.partition)"] = worker }
    }

    func owner(of topic: String, _ partition: Int32) -> String? { owners["\(topic)-\(partition)"] }
}
