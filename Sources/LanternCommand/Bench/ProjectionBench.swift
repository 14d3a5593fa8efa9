import Bytes
import Configuration
import Formats
import Glibc
import Kafka
import Lantern
import Projections
import Redis
import System
import Worker

/// Measures one projection: take some events, decode them all, fold them all, write them; again and again.
///
/// The fold's time is that of decoding and folding less that of decoding: both run the worker's own code.
struct ProjectionBench: ~Copyable {
    private static let slice = 512
    /// As a lane has it.
    private static let eventsPerTransaction = 100_000

    private let limits: Limits
    private let projector: any PlannedProjector
    private var scratch: ScratchRedis
    private var consumer: Consumer
    private let positions: [Kafka.Position]
    private var batch = EventBatch()
    private let headers = HeaderList()
    private var changes = Changeset()
    private var report: BenchReport
    private var clocks = BenchClocks()
    private var eventsInTransaction = 0

    /// Connects to both servers; nothing is read or written yet.
    static func open(_ plan: ProjectionPlan, _ configuration: Configuration) throws -> ProjectionBench {
        let properties = configuration.kafka.map { ($0.name, $0.value) }
        let topics = plan.topics.map(\.name)
        let positions = try beginnings(topics, properties)
        let scratch = try ScratchRedis(RedisOptions(configuration, clientName: "lantern-bench"))
        // A name is needed; without subscribing and committing no such group comes to be.
        let consumer = try Consumer(
            properties: properties, topics: topics, groupID: configuration.readingGroup(scratch.owner),
            clientID: "lantern-bench")
        return ProjectionBench(
            plan, configuration.limits, configuration.schemasAtOnce(plan), positions, scratch, consumer)
    }

    private init(
        _ plan: ProjectionPlan, _ limits: Limits, _ schemas: (any SchemaSource)?, _ positions: [Kafka.Position],
        _ scratch: consuming ScratchRedis, _ consumer: consuming Consumer
    ) {
        self.limits = limits
        self.positions = positions
        projector = makeProjector(plan, naming: scratch.naming, limits: limits, schemas: schemas)
        report = BenchReport(projection: plan.name)
        self.scratch = scratch
        self.consumer = consumer
    }

    private static func beginnings(_ topics: [String], _ properties: [(String, String)]) throws -> [Kafka.Position] {
        var admin = try Admin(properties: properties, clientID: "lantern-bench-admin")
        let counts = try admin.partitionCounts(of: topics, timeoutMilliseconds: 10_000)
        var positions: [Kafka.Position] = []
        for (index, count) in counts.enumerated() {
            let partitions = (0..<count).map { Int32($0) }
            let ranges = try admin.ranges(topic: topics[index], partitions: partitions, timeoutMilliseconds: 10_000)
            for (partition, range) in zip(partitions, ranges) {
                positions.append(Kafka.Position(TopicPartition(topic: index, partition: partition), offset: range.low))
            }
        }
        return positions
    }

    /// Measures until the number of events, the number of seconds or the ends of the topics is reached, and leaves
    /// nothing behind.
    mutating func run(events: Int, seconds: Int, signals: SignalPipe) throws -> BenchReport {
        do {
            try measure(events: events, seconds: seconds, signals: signals)
        } catch {
            // Its rows are not to stay; if they must, the first error says why.
            _ = try? scratch.removeRows()
            _ = consumer.close(deadlineMilliseconds: 3_000)
            throw error
        }
        _ = consumer.close(deadlineMilliseconds: 3_000)
        report.rows = try scratch.removeRows()
        return report
    }

    private mutating func measure(events: Int, seconds: Int, signals: SignalPipe) throws {
        try consumer.place(positions)
        let serverBefore = try scratch.serverSeconds()
        let end = BenchClocks.wall() + Double(seconds)
        var ended = 0
        while report.events < events, ended < positions.count, BenchClocks.wall() < end {
            guard signals.next() == nil else {
                report.isInterrupted = true
                break
            }
            ended += try take(atMost: min(Self.slice, events - report.events))
            decodeAll()
            try foldAll()
        }
        try write()
        finish(serverSeconds: try scratch.serverSeconds() - serverBefore)
    }

    /// Takes what Kafka has, waiting for the first; returns how many partitions ended.
    private mutating func take(atMost count: Int) throws -> Int {
        batch.removeAll()
        let start = clocks.begin()
        defer { clocks.kafka += clocks.passed(since: start) }
        var ended = 0
        while batch.count < count {
            switch consumer.poll() {
            case .record(let message): batch.append(message)
            case .end: ended += 1
            case .none:
                if batch.count > 0 || ended > 0 { return ended }
                var descriptor = pollfd(fd: consumer.wakeDescriptor, events: Int16(POLLIN), revents: 0)
                if unsafe poll(&descriptor, 1, 100) == 0 { return 0 }
                consumer.clearWake()
            case .partitionError(_, _, let error): throw error
            case .fatal(let error): throw error
            case .error(let error): if !error.isRetriable { throw error }
            case .rebalance: break
            }
        }
        return ended
    }

    private mutating func decodeAll() {
        let start = BenchClocks.thread()
        for index in 0..<batch.count { batch.decode(index, projector, headers) }
        clocks.decode += BenchClocks.thread() - start
    }

    private mutating func foldAll() throws {
        var start = BenchClocks.thread()
        var index = 0
        while index < batch.count {
            switch batch.project(index, projector, headers, into: &changes) {
            case .projected, .unknownType: break
            case .bad(let bad):
                report.bad += 1
                if report.firstReason == nil { report.firstReason = bad.reason }
            case .awaitsSchema(let words):
                report.bad += 1
                if report.firstReason == nil { report.firstReason = words }
            case .changesetMustCloseFirst:
                clocks.project += BenchClocks.thread() - start
                try write()
                start = BenchClocks.thread()
                continue
            }
            index += 1
            eventsInTransaction += 1
            guard
                changes.commandCount >= limits.commandsPerTransaction
                    || changes.byteCount >= limits.bytesPerTransaction
                    || eventsInTransaction >= Self.eventsPerTransaction
            else { continue }
            clocks.project += BenchClocks.thread() - start
            try write()
            start = BenchClocks.thread()
        }
        clocks.project += BenchClocks.thread() - start
        report.events += batch.count
        report.bytes += batch.byteCount
    }

    private mutating func write() throws {
        eventsInTransaction = 0
        guard !changes.isEmpty else { return }
        let start = BenchClocks.thread()
        scratch.encode(&changes)
        clocks.project += BenchClocks.thread() - start
        let sent = BenchClocks.wall()
        try scratch.execute()
        clocks.redis += BenchClocks.wall() - sent
    }

    private mutating func finish(serverSeconds: Double) {
        let events = report.events
        report.transactions = scratch.transactions
        report.commands = scratch.commands
        report.refusal = scratch.refusal
        report.kafka = .init(clocks.kafka, events)
        report.kafkaThreads = .init(clocks.otherThreads(), events)
        report.decode = .init(clocks.decode, events)
        report.fold = .init(max(0, clocks.project - clocks.decode), events)
        report.redis = .init(clocks.redis, events)
        report.redisServer = .init(serverSeconds, events)
    }
}
