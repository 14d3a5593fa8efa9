import Bytes
import Configuration
import Formats
import Kafka
import Lantern
import Projections
import System

/// How fast this machine reads and folds a projection's events, Redis left out: measured on the first of them, and nothing is
/// written.
struct FoldSpeed: ~Copyable {
    private static let milliseconds: Int64 = 1_500
    /// Of a transaction that a lane would send.
    private static let commandsPerBatch = 1_000

    private let projector: any PlannedProjector
    private let headers = HeaderList()
    private var batch = EventBatch()
    private var changes = Changeset()
    private var commands = CommandBuffer()
    private var events = 0

    private init(_ plan: ProjectionPlan, _ configuration: Configuration) {
        projector = makeProjector(
            plan, limits: configuration.limits, schemas: configuration.schemasAtOnce(plan))
    }

    /// Events a second; nil if there are too few to tell. `starts` are the first offsets of each topic's partitions.
    static func measure(
        _ plan: ProjectionPlan, _ starts: [[Int64]], _ configuration: Configuration
    ) throws -> Double? {
        var speed = FoldSpeed(plan, configuration)
        return try speed.run(
            plan, starts, configuration.kafka.map { ($0.name, $0.value) }, group: configuration.readingGroup("plan"))
    }

    private mutating func run(
        _ plan: ProjectionPlan, _ starts: [[Int64]], _ properties: [(String, String)], group: String
    ) throws -> Double? {
        var consumer = try Consumer(
            properties: properties, topics: plan.topics.map(\.name), groupID: group, clientID: "lantern-plan")
        defer { _ = consumer.close(deadlineMilliseconds: 3_000) }
        let positions = starts.enumerated().flatMap { topic, offsets in
            offsets.enumerated().map {
                Kafka.Position(TopicPartition(topic: topic, partition: Int32($0)), offset: $1)
            }
        }
        try consumer.place(positions)
        let wake = consumer.wakeDescriptor
        let deadline = Clock.milliseconds() + Self.milliseconds
        // The connections are made by then.
        var began: UInt64?
        var ended = 0
        while ended < positions.count, Clock.milliseconds() < deadline {
            switch consumer.poll() {
            case .record(let message):
                if began == nil { began = Clock.nanoseconds() }
                fold(message)
            case .end: ended += 1
            case .none:
                _ = Readiness.wait(wake, milliseconds: 20)
                consumer.clearWake()
            case .partitionError(_, _, let error): throw error
            case .fatal(let error): throw error
            case .error(let error): if !error.isRetriable { throw error }
            case .rebalance: break
            }
        }
        guard let began, events >= 1_000 else { return nil }
        return Double(events) * 1e9 / Double(max(1, Clock.nanoseconds() - began))
    }

    private mutating func fold(_ message: borrowing Message) {
        events += 1
        batch.removeAll()
        batch.append(message)
        _ = batch.project(0, projector, headers, into: &changes)
        guard changes.commandCount >= Self.commandsPerBatch else { return }
        commands.removeAll()
        changes.encode(into: &commands)
        changes.removeAll()
    }
}
