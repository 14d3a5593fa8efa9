import Projections
import Records
import Redis

@testable import Observing

/// A projection with two partitions that is well, to be changed by a test.
struct Scene {
    static let now: Int64 = 1_767_225_600_000

    var model = StatusModel(at: now)
    var process = ProcessFigures(version: "1.0", startedAt: now - 60_000)
    let record = GenerationRecord(number: 3, identifier: "1a2b3c4d", fingerprint: "f00")
    var entry = WorkerEntry(id: "w1")
    var partitions: [StoredPartition]
    var blocked: String?
    var beside: [BesideReading] = []
    var verified: [String: VerifiedRows] = [:]
    var logs: [String: TopicLogs] = [
        "orders": .known(Array(repeating: LogBounds(low: 0, readable: 50, end: 50), count: 2))
    ]
    var finding: GenerationFinding

    init() {
        finding = .found(record)
        partitions = (0..<2).map { number in
            var stored = StoredPartition("orders", Int32(number))
            stored.next = 42
            stored.time = Self.now - 1_500
            stored.note = "projecting"
            return stored
        }
        var own = WorkerProjection(name: "orders", fingerprint: "f00")
        own.state = .running
        own.number = 3
        own.generation = "1a2b3c4d"
        own.rate = 100
        own.freshnessMedian = 2
        own.freshness99 = 9
        own.partitions = (0..<2).map { WorkerPartition("orders", $0, state: .projecting) }
        entry.projections = [own]
        entry.stamp = Self.now
        model.redis = RedisStatus(isUp: true)
        model.redis.memoryBytes = 100
        model.redis.memoryMaxBytes = 1_000
        model.kafka = KafkaStatus(isUp: true)
    }

    static let plan = ProjectionPlan(name: "orders", version: 1, topics: [TopicPlan(name: "orders")])

    /// Nothing listens there, and nobody asks.
    private static let address = RedisAddress(
        endpoint: .tcp(host: "localhost", port: 6379), usesTLS: false, database: 0, user: nil, password: nil)

    private func subject(_ plan: ProjectionPlan) -> StatusSubject {
        StatusSubject(
            plan: plan, fingerprint: "f00",
            redis: RedisOptions(
                address: Self.address, connectTimeoutMilliseconds: 1, commandTimeoutMilliseconds: 1, replyLimits: .none)
        )
    }

    /// Projections of other names on other topics, with as many partitions each.
    func read(
        _ projections: [String], topics: [String], partitions count: Int, views: Int = 0, next: Int64 = 42,
        behind: Int64 = 8, parked: Int64 = 2, workers: Int = 0
    ) -> StatusModel {
        var model = model
        var log = LogBounds(low: next - 42, readable: next + behind, end: next + behind)
        (log.retention, log.firstTime) = (604_800_000, Self.now - 3_600_000)
        let bounds = TopicLogs.known(Array(repeating: log, count: count))
        let logs = Dictionary(uniqueKeysWithValues: topics.map { ($0, bounds) })
        var reading = ProjectionReading(finding: finding, places: [])
        reading.partitions = topics.flatMap { topic in
            (0..<Int32(count)).map { number in
                var stored = StoredPartition(topic, number)
                (stored.next, stored.time) = (next, Self.now - 1_500)
                (stored.parked, stored.parkedSince) = (parked, parked > 0 ? Self.now - 9_000 : nil)
                return stored
            }
        }
        for number in 0..<views {
            reading.verified["v\(number)"] = VerifiedRows(at: Self.now, same: 100, different: 1)
        }
        let entries = (0..<workers).map { entry(number: $0, of: workers, projections, reading.partitions) }
        model.workers = entries.map { WorkerStatus($0, at: Self.now) }
        model.projections = projections.map { name in
            let plan = ProjectionPlan(name: name, version: 1, topics: topics.map { TopicPlan(name: $0) })
            return ProjectionStatus(subject(plan), reading, logs, entries, now: Self.now)
        }
        model.redis.roundTripMilliseconds = 0.1
        return model
    }

    /// A worker that has every so many partitions of all of them.
    private func entry(
        number: Int, of workers: Int, _ projections: [String], _ partitions: [StoredPartition]
    ) -> WorkerEntry {
        var entry = entry
        entry.id = "0123456789abcde\(number)"
        entry.projections = projections.map { name in
            var own = entry.projections[0]
            own.name = name
            own.partitions = partitions.filter { Int($0.partition) % workers == number }.map {
                WorkerPartition($0.topic, $0.partition, state: .projecting)
            }
            return own
        }
        return entry
    }

    /// What a reader makes of it.
    func read() -> StatusModel {
        var model = model
        let places = [GenerationPlace(database: 0, record: record)] + beside.map(\.place)
        var reading = ProjectionReading(finding: finding, places: places)
        reading.partitions = partitions
        (reading.beside, reading.verified) = (beside, verified)
        reading.blocked = blocked
        let entries = [entry].filter { !$0.isGone(at: Self.now) }
        model.workers = entries.map { WorkerStatus($0, at: Self.now) }
        model.projections = [ProjectionStatus(subject(Self.plan), reading, logs, entries, now: Self.now)]
        return model
    }

    func verdict(at time: Int64 = now, before: Verdict? = nil) -> Verdict {
        Verdict(read(), process, before: before, now: time)
    }
}
