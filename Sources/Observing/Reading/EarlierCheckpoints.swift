import Records

/// What the checkpoints were at earlier readings: the end of a log says that a checkpoint lies beyond it only if Kafka was asked
/// after that checkpoint was read. Under steady traffic every checkpoint passes an end that was read before.
struct EarlierCheckpoints: Sendable {
    private struct Reading {
        var at: Int64
        var next: [String: Int64]
    }

    /// Kafka is asked more often than that.
    private static let most = 8
    private var readings: [Reading] = []

    /// `at`: when they had all been read.
    mutating func add(_ partitions: [(projection: String, StoredPartition)], at: Int64) {
        if readings.count == Self.most { readings.remove(at: 1) }
        let next = partitions.compactMap { projection, stored in stored.next.map { (Self.name(projection, stored), $0) }
        }
        readings.append(Reading(at: at, next: Dictionary(next) { first, _ in first }))
    }

    /// What is older than what these logs are compared with is not needed any more.
    mutating func prepare(askedAt: Int64) {
        if let index = readings.lastIndex(where: { $0.at < askedAt }) { readings.removeFirst(index) }
    }

    /// The logs, with each end raised to its checkpoint unless that was there before Kafka was asked.
    func raise(
        _ logs: [String: TopicLogs], askedAt: Int64, _ projection: String, _ partitions: [StoredPartition]
    ) -> [String: TopicLogs] {
        let before = readings.first.flatMap { $0.at < askedAt ? $0.next : nil } ?? [:]
        var raised = logs
        for stored in partitions {
            guard let next = stored.next, case .known(var bounds)? = raised[stored.topic],
                bounds.indices.contains(Int(stored.partition))
            else { continue }
            let index = Int(stored.partition)
            let isShort = before[Self.name(projection, stored)].map { $0 > bounds[index].end } ?? false
            guard !isShort else { continue }
            bounds[index].end = max(bounds[index].end, next)
            bounds[index].readable = max(bounds[index].readable, next)
            raised[stored.topic] = .known(bounds)
        }
        return raised
    }

    private static func name(_ projection: String, _ stored: StoredPartition) -> String {
        "\(projection) \(stored.topic)-\(stored.partition)"
    }
}
