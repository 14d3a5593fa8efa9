import Bytes
import Projections
import Records
import Redis
import System

/// Reads how the projections of a file are from Redis, in a few round trips for each; it changes nothing and needs no worker.
public struct StatusReader: ~Copyable {
    private let subjects: [StatusSubject]
    private var redis: RedisConnection?
    private var earlier = EarlierCheckpoints()
    private var oldestParked = OldestParked()

    public init(_ subjects: [StatusSubject]) { self.subjects = subjects }

    /// The topics that the projections read.
    public var topics: [String] { subjects.flatMap { $0.plan.topics.map(\.name) } }

    /// `logs` is what Kafka reported when it was asked, in milliseconds since 1970 by this machine's clock. That a checkpoint lies
    /// beyond its log's end is only believed if the checkpoint was read by an earlier call, before Kafka was asked. Throws
    /// `RedisError`, and then the next call opens a new connection.
    public mutating func read(_ logs: [String: TopicLogs], askedAt: Int64 = 0) throws -> StatusModel {
        earlier.prepare(askedAt: askedAt)
        var partitions: [(projection: String, StoredPartition)] = []
        var model = StatusModel(at: Clock.wallMilliseconds())
        guard let first = subjects.first else { return model }
        var connection = try redis.take() ?? RedisConnection.open(first.redis)
        for home in Set(subjects.map(\.home)).sorted() {
            let own = subjects.filter { $0.home == home }
            try connection.command("SELECT", "\(home)")
            for reading in try read(own, logs, askedAt: askedAt, &model, &connection) {
                partitions += reading.partitions.map { (reading.projection, $0) }
            }
        }
        earlier.add(partitions, at: Clock.wallMilliseconds())
        model.redis = try server(&connection)
        let order = subjects.map(\.plan.name)
        model.projections.sort {
            (order.firstIndex(of: $0.name) ?? .max) < (order.firstIndex(of: $1.name) ?? .max)
        }
        redis = consume connection
        return model
    }

    /// Asks whether Redis still replies; nothing if there is no connection. Throws `RedisError`, and then the next call opens a
    /// new connection.
    mutating func ping() throws(RedisError) {
        guard var connection = redis.take() else { return }
        try connection.command("PING")
        redis = consume connection
    }

    private mutating func read(
        _ subjects: [StatusSubject], _ logs: [String: TopicLogs], askedAt: Int64, _ model: inout StatusModel,
        _ redis: inout RedisConnection
    ) throws -> [(projection: String, partitions: [StoredPartition])] {
        let time = try WorkerRegistry.now(&redis)
        let workers = try WorkerRegistry.read(&redis).filter { !$0.isGone(at: time) }
        for entry in workers where !model.workers.contains(where: { $0.id == entry.id }) {
            model.workers.append(WorkerStatus(entry, at: time))
        }
        let finder = GenerationFinder(home: subjects[0].home, spare: subjects[0].spare)
        let places = try finder.places(of: subjects.map(\.plan.name), &redis)
        var found: [(projection: String, partitions: [StoredPartition])] = []
        for (subject, places) in zip(subjects, places) {
            let reading = try ProjectionReading(subject, places, logs, &oldestParked, &redis)
            let raised = earlier.raise(logs, askedAt: askedAt, subject.plan.name, reading.partitions)
            model.projections.append(ProjectionStatus(subject, reading, raised, workers, now: model.at))
            found.append((subject.plan.name, reading.partitions))
        }
        return found
    }

    private func server(_ redis: inout RedisConnection) throws -> RedisStatus {
        let facts = try redis.inspect()
        var status = RedisStatus(isUp: true)
        status.version = facts.version
        status.memoryBytes = Int64(facts.usedMemory)
        status.memoryMaxBytes = Int64(facts.maxmemory)
        let began = Clock.nanoseconds()
        try redis.command("PING")
        status.roundTripMilliseconds = Double(Clock.nanoseconds() - began) / 1e6
        return status
    }
}
