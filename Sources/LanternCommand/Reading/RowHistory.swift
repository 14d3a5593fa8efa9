import Bytes
import Configuration
import Formats
import Kafka
import Lantern
import Projections
import Records
import Redis
import System
import Worker

/// Reads a projection's topics up to the live checkpoints and keeps what touched one row: the fold aside that `explain` shows.
struct RowHistory: ~Copyable {
    /// One event's commands for the row.
    private struct Touch {
        var topic: Int
        var partition: Int32
        var offset: Int64
        var time: Int64
        /// The latest time of its partition so far: sorting by it keeps each partition in the log's order.
        var order: Int64
        var type: String?
        var commands: [[[UInt8]]]
    }

    private let plan: ProjectionPlan
    private let view: ViewPlan
    private let key: [UInt8]
    private let projector: any PlannedProjector
    private var ends: [TopicPartition: Int64] = [:]
    private var left: Set<TopicPartition> = []
    private var ignored: Set<[Int64]> = []
    private var latest: [TopicPartition: Int64] = [:]
    private var touches: [Touch] = []
    private var batch = EventBatch()
    private let headers = HeaderList()
    private var changes = Changeset()
    private var commands = CommandBuffer()
    /// Partitions whose first events the log no longer has.
    private(set) var incomplete: [String] = []
    /// Events that the operator edited: they are shown as the topic has them.
    private(set) var edited = 0

    init(_ plan: ProjectionPlan, _ view: ViewPlan, _ key: [UInt8], limits: Limits, schemas: (any SchemaSource)?) {
        self.plan = plan
        self.view = view
        self.key = key
        projector = makeProjector(plan, limits: limits, schemas: schemas)
    }

    /// Reads and folds; returns the events in the order of time, then topic, partition and offset.
    mutating func read(
        _ properties: [(String, String)], group: String, _ redis: inout RedisConnection, isCancelled: () -> Bool
    ) throws -> [TouchedRow] {
        let positions = try places(properties, &redis)
        var consumer = try Consumer(
            properties: properties, topics: plan.topics.map(\.name), groupID: group,
            clientID: "lantern-explain")
        defer { _ = consumer.close(deadlineMilliseconds: 3_000) }
        try consumer.place(positions)
        let wake = consumer.wakeDescriptor
        while !left.isEmpty {
            if isCancelled() { throw WorkerError(.failed, "interrupted: not all events were read") }
            switch consumer.poll() {
            case .record(let message): take(message)
            case .end(let place, _): left.remove(place)
            case .none:
                _ = Readiness.wait(wake, milliseconds: 100)
                consumer.clearWake()
            case .partitionError(_, _, let error): throw error
            case .fatal(let error): throw error
            case .error(let error): if !error.isRetriable { throw error }
            case .rebalance: break
            }
        }
        return folded()
    }

    /// Where each partition begins, and where live is; what is parked or was skipped is left out of live.
    private mutating func places(
        _ properties: [(String, String)], _ redis: inout RedisConnection
    ) throws -> [Kafka.Position] {
        let keys = KeySpace(projection: plan.name)
        var admin = try Admin(properties: properties, clientID: "lantern-explain")
        let counts = try admin.partitionCounts(of: plan.topics.map(\.name), timeoutMilliseconds: 10_000)
        let parked = try ParkedReader(plan, &redis)
        var positions: [Kafka.Position] = []
        for (topic, count) in counts.enumerated() where view.topics.contains(topic) {
            let name = plan.topics[topic].name
            let partitions = (0..<count).map { Int32($0) }
            let ranges = try admin.ranges(topic: name, partitions: partitions, timeoutMilliseconds: 10_000)
            for (partition, range) in zip(partitions, ranges) {
                let text = try redis.command("GET", keys.checkpoint(name, partition)).bytes
                guard let next = text.flatMap({ Checkpoint(text: $0) })?.next, next > range.low else { continue }
                if range.low > 0 { incomplete.append("\(name)-\(partition) from \(range.low)") }
                let place = TopicPartition(topic: topic, partition: partition)
                ends[place] = next
                left.insert(place)
                positions.append(Kafka.Position(place, offset: range.low))
                for (offset, _) in try parked?.offsets(name, partition, &redis) ?? [] {
                    ignored.insert([Int64(topic), Int64(partition), offset])
                }
            }
        }
        try readLedger(keys, &redis)
        return positions
    }

    private mutating func readLedger(_ keys: KeySpace, _ redis: inout RedisConnection) throws {
        let fields = try redis.command("HGETALL", keys.ledger).elements ?? []
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            let words = (fields[index].text ?? "").split(separator: ":")
            guard words.count == 3, let topic = plan.topics.firstIndex(where: { $0.name == words[0] }),
                let partition = Int64(words[1]), let offset = Int64(words[2]),
                let entry = fields[index + 1].bytes.flatMap({ LedgerEntry(text: $0) })
            else { continue }
            if entry.decision == .skip { ignored.insert([Int64(topic), partition, offset]) } else { edited += 1 }
        }
    }

    private mutating func take(_ message: borrowing Message) {
        let place = TopicPartition(topic: message.topic, partition: message.partition)
        guard let end = ends[place], left.contains(place) else { return }
        if message.offset >= end - 1 { left.remove(place) }
        guard message.offset < end else { return }
        let order = max(latest[place] ?? .min, message.timestamp)
        latest[place] = order
        guard !ignored.contains([Int64(message.topic), Int64(message.partition), message.offset]) else { return }
        batch.removeAll()
        batch.append(message)
        guard batch.project(0, projector, headers, into: &changes) == .projected, !changes.isEmpty else { return }
        commands.removeAll()
        changes.encode(into: &commands)
        changes.removeAll()
        let own = MemoryRows.parse(commands.bytes.array).compactMap { ownPart($0) }
        guard !own.isEmpty else { return }
        touches.append(
            Touch(
                topic: message.topic, partition: message.partition, offset: message.offset, time: message.timestamp,
                order: order, type: batch.type(0, projector, headers), commands: own))
    }

    /// What of a command concerns the row.
    private func ownPart(_ command: [[UInt8]]) -> [[UInt8]]? {
        switch String(decoding: command[0], as: UTF8.self) {
        case "MSET":
            for at in stride(from: 1, to: command.count - 1, by: 2) where command[at] == key {
                return [Array("SET".utf8), key, command[at + 1]]
            }
            return nil
        case "DEL": return command.dropFirst().contains(key) ? [command[0], key] : nil
        default: return command[1] == key ? command : nil
        }
    }

    private func folded() -> [TouchedRow] {
        let sorted = touches.sorted { one, other in
            (one.order, plan.topics[one.topic].name, one.partition, one.offset)
                < (other.order, plan.topics[other.topic].name, other.partition, other.offset)
        }
        var rows = MemoryRows()
        return sorted.map { touch in
            for command in touch.commands { rows.perform(command) }
            return TouchedRow(
                topic: plan.topics[touch.topic].name, partition: touch.partition, offset: touch.offset,
                time: touch.time, type: touch.type, after: TouchedRow.value(rows.rows[key], view.kind))
        }
    }
}
