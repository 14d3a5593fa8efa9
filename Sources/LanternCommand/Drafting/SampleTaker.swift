import Bytes
import Kafka
import System
import Worker

/// Reads some events from the start, the middle and the end of each partition of some topics.
struct SampleTaker: ~Copyable {
    /// So many events of all topics together, about.
    static let usual = 30_000
    /// So many bytes of one partition's part are kept.
    private static let byteLimit = 8 << 20
    /// Nothing came for so long: the broker said that there are events.
    private static let patienceMilliseconds = 15_000

    /// What is read of one partition: from an offset up to another one.
    private struct Part {
        var place: TopicPartition
        var from: Int64
        var end: Int64
    }

    private var samples: [SampledTopic]
    private let names: [String]
    private let properties: [(String, String)]

    /// - Throws: ``KafkaError`` if Kafka cannot be reached or has no such topic.
    init(_ topics: [String], _ properties: [(String, String)]) throws {
        names = topics
        self.properties = properties
        var admin = try Admin(properties: properties, clientID: "lantern-init")
        _ = try admin.partitionCounts(of: topics, timeoutMilliseconds: 15_000)
        samples = topics.map { topic in
            // Who may not ask, and old brokers: then it is not known.
            let settings = try? admin.settings(ofTopic: topic, timeoutMilliseconds: 10_000)
            let policy = settings?["cleanup.policy"]
            return SampledTopic(topic, isCompacted: policy.map { $0.split(separator: ",").contains("compact") })
        }
    }

    /// Reads about `count` events.
    consuming func take(_ count: Int, isCancelled: () -> Bool) throws -> [SampledTopic] {
        let phases = try parts(count)
        var consumer = try Consumer(
            properties: properties, topics: names, groupID: "lantern-init", clientID: "lantern-init")
        defer { _ = consumer.close(deadlineMilliseconds: 3_000) }
        for phase in phases where !phase.isEmpty {
            try read(phase, &consumer, isCancelled)
            try consumer.assign([])
        }
        return samples
    }

    /// What is read one after the other: the starts of all partitions, then the middles, then the ends.
    private mutating func parts(_ count: Int) throws -> [[Part]] {
        var admin = try Admin(properties: properties, clientID: "lantern-init")
        let partitions = try admin.partitionCounts(of: names, timeoutMilliseconds: 15_000)
        let size = Int64(max(50, count / max(1, 3 * partitions.reduce(0, +))))
        var phases: [[Part]] = [[], [], []]
        for (topic, name) in names.enumerated() {
            let numbers = (0..<Int32(partitions[topic])).map { $0 }
            let ranges = try admin.ranges(topic: name, partitions: numbers, timeoutMilliseconds: 15_000)
            for (partition, range) in zip(numbers, ranges) where range.end > range.low {
                let place = TopicPartition(topic: topic, partition: partition)
                samples[topic].size += range.end - range.low
                if range.end - range.low <= 3 * size {
                    phases[0].append(Part(place: place, from: range.low, end: range.end))
                    continue
                }
                let middle = range.low + (range.end - range.low - size) / 2
                for (phase, from) in [range.low, middle, range.end - size].enumerated() {
                    phases[phase].append(Part(place: place, from: from, end: from + size))
                }
            }
        }
        return phases
    }

    private mutating func read(_ parts: [Part], _ consumer: inout Consumer, _ isCancelled: () -> Bool) throws {
        var ends: [TopicPartition: Int64] = [:]
        var bytes: [TopicPartition: Int] = [:]
        for part in parts { ends[part.place] = part.end }
        try consumer.assign(parts.map { Position($0.place, offset: $0.from) })
        var deadline = Deadline(milliseconds: Self.patienceMilliseconds)
        while !ends.isEmpty {
            if isCancelled() { throw WorkerError(.failed, "interrupted: nothing was written") }
            switch consumer.poll() {
            case .record(let message):
                deadline = Deadline(milliseconds: Self.patienceMilliseconds)
                let place = TopicPartition(topic: message.topic, partition: message.partition)
                guard let end = ends[place] else { continue }
                if message.offset < end { take(message) }
                bytes[place, default: 0] += (message.value?.count ?? 0) + (message.key?.count ?? 0)
                // Compaction and transactions leave gaps: the end is passed rather than reached.
                guard message.offset >= end - 1 || bytes[place, default: 0] > Self.byteLimit else { continue }
                ends[place] = nil
                try consumer.pause([place])
            case .end(let place, _): ends[place] = nil
            case .none:
                if deadline.hasPassed { throw Self.silence(ends.count) }
                _ = Readiness.wait(consumer.wakeDescriptor, milliseconds: 100)
                consumer.clearWake()
            case .partitionError(_, _, let error): throw error
            case .fatal(let error): throw error
            case .error(let error): if !error.isRetriable { throw error }
            case .rebalance: break
            }
        }
    }

    private static func silence(_ partitions: Int) -> WorkerError {
        WorkerError(
            .failed,
            "no event came from \(partitions) partitions for \(patienceMilliseconds / 1_000) s, though their logs hold some. "
                + "Check that the brokers that lead them can be reached from here.")
    }

    private mutating func take(_ message: borrowing Message) {
        var event = SampleEvent(line: 0, timestamp: message.timestamp)
        event.key = if let key = Self.bytes(message.key) { .bytes(key) } else { .none }
        event.value = Self.bytes(message.value)
        var headers: [SampleEvent.Header] = []
        message.forEachHeader { name, value in
            let text = Self.bytes(value).map { readableText($0) }
            headers.append(.init(name: name.readable, value: text))
        }
        event.headers = headers
        samples[message.topic].append(
            event, at: SampledTopic.Place(partition: message.partition, offset: message.offset))
    }

    private static func bytes(_ span: Span<UInt8>?) -> [UInt8]? {
        guard let span else { return nil }
        return span.array
    }
}
