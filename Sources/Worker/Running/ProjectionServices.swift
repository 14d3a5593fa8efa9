import Bytes
import Glibc
import Kafka
import Projections
import Records
import Redis
import Synchronization
import System

/// What the lanes of one projection share: an admin client, a producer for dead letters, the way to the log.
final class ProjectionServices: LaneServices {
    private struct Shared {
        var keeper: GenerationKeeper?
        /// The record of the generation that the lanes work for.
        var generationText: String?
        /// Where that generation is.
        var redis: RedisOptions
        /// What is not live produces nothing: the live generation has sent the dead letter already.
        var isLive = true
        var inspector: LogInspector?
        /// Whom to tell how many partitions the topics have, and where the generation is.
        var counted: @Sendable ([String: Int]) -> Void = { _ in }
        var moved: @Sendable (RedisOptions, Bool) -> Void = { _, _ in }
        var tombstoneRetention: [String: Int64] = [:]
        /// What was said at a start and is not said again.
        var said: Set<String> = []
    }

    private let settings: ProjectionSettings
    private let log: @Sendable (WorkerReport) -> Void
    // A lock for each: a slow question to Kafka must not keep another lane's dead letter, or what needs no Kafka at all.
    private let admin: Mutex<Admin>
    private let producer = Mutex<Producer?>(nil)
    private let shared: Mutex<Shared>
    private static let timeout = 10_000

    init(settings: ProjectionSettings, log: @escaping @Sendable (WorkerReport) -> Void) throws {
        self.settings = settings
        self.log = log
        admin = Mutex(try Admin(properties: settings.kafka, clientID: "lantern-\(settings.plan.name)-admin"))
        shared = Mutex(Shared(redis: settings.redis))
    }

    /// Tells the services what the lanes work for, whom to tell how many partitions the topics have now and then, and whom
    /// to tell that a promotion has moved the generation.
    func begin(
        _ keeper: GenerationKeeper, text: String, in redis: RedisOptions, isLive: Bool,
        counted: @escaping @Sendable ([String: Int]) -> Void,
        moved: @escaping @Sendable (_ redis: RedisOptions, _ isLive: Bool) -> Void
    ) {
        shared.withLock { shared in
            shared.counted = counted
            shared.moved = moved
            shared.keeper = keeper
            shared.generationText = text
            shared.redis = redis
            shared.isLive = isLive
            shared.inspector = inspector(keeper, text, redis, counted)
        }
    }

    /// What Kafka reports about the topics now; throws if it cannot be reached, or a topic is missing or not as
    /// declared.
    func facts() throws -> LogFacts {
        try admin.withLock { admin in
            let names = settings.plan.topics.map(\.name)
            let counts = try admin.partitionCounts(of: names, timeoutMilliseconds: Self.timeout)
            var facts = LogFacts(clusterID: try? admin.clusterID(timeoutMilliseconds: Self.timeout), topics: [])
            facts.topicIDs = (try? admin.topicIDs(of: names, timeoutMilliseconds: Self.timeout)) ?? [:]
            for (topic, count) in zip(settings.plan.topics, counts) {
                let ranges = try admin.ranges(
                    topic: topic.name, partitions: (0..<count).map { Int32($0) }, timeoutMilliseconds: Self.timeout)
                let topicSettings =
                    settings.asksForTopicSettings
                    ? try? admin.settings(ofTopic: topic.name, timeoutMilliseconds: Self.timeout) : nil
                let policy = topicSettings?["cleanup.policy"]
                let isCompacted = policy.map { $0.contains("compact") }
                if let isCompacted, isCompacted != topic.isCompacted {
                    throw WorkerError(
                        .configuration,
                        "projection \(settings.plan.name): topic \(topic.name) is \(isCompacted ? "" : "not ")compacted on the broker "
                            + "(cleanup.policy=\(policy ?? "")), but the file says the opposite. "
                            + (isCompacted
                                ? "Declare it: `topics: { \(topic.name): { compacted: true } }`."
                                : "Remove `compacted: true`, or set the topic's cleanup.policy to compact."))
                }
                if topic.isCompacted, let words = Self.warning(topic.name, policy),
                    shared.withLock({ $0.said.insert(words).inserted })
                {
                    log(.kafka(words))
                }
                var found = LogFacts.Topic(
                    name: topic.name, partitions: ranges.map { ($0.low, $0.end) }, isCompacted: isCompacted)
                if topic.isCompacted {
                    found.tombstoneRetention = topicSettings?["delete.retention.ms"].flatMap { Int64($0) }
                    let retention = found.tombstoneRetention
                    shared.withLock { $0.tombstoneRetention[topic.name] = retention }
                }
                facts.topics.append(found)
            }
            return facts
        }
    }

    /// A warning about a topic that is declared compacted; nil if all is well.
    static func warning(_ topic: String, _ policy: String?) -> String? {
        guard let policy else {
            return "the broker did not report whether \(topic) is compacted; using the configured value"
        }
        guard policy.contains("delete") else { return nil }
        return
            "topic \(topic) has cleanup.policy=\(policy): Kafka also deletes records by age or size, even the newest of a "
            + "key, and writes no tombstone for it. The rows of such keys stay in Redis, but a rebuild does not make them: "
            + "set cleanup.policy=compact if a rebuild must give the same rows"
    }

    func now() -> Int64 { Clock.milliseconds() }

    func wallOffset() -> Int64 { Clock.wallMilliseconds() - Clock.milliseconds() }

    func report(_ report: WorkerReport) { log(report) }

    func inspect(_ inspection: LogInspection, for control: LaneControl) {
        let inspector = shared.withLock { $0.inspector }
        inspector?.inspect(inspection, for: control)
    }

    func tombstoneRetention(topic: String) -> Int64? { shared.withLock { $0.tombstoneRetention[topic] } }

    func watermarks(of partitions: [(topic: String, partition: Int32)]) -> [(low: Int64, high: Int64)?] {
        admin.withLock { admin in
            let deadline = now() + Int64(Self.timeout)
            var found: [String: [Int32: (low: Int64, high: Int64)]] = [:]
            let topics = Dictionary(grouping: partitions, by: \.topic).mapValues { $0.map(\.partition) }
            for (topic, numbers) in topics.sorted(by: { $0.key < $1.key }) {
                // All together if all reply; otherwise each by itself, in what is left of the time.
                let left = deadline - now()
                if let ranges = ranges(of: topic, numbers, within: left / 2, &admin) {
                    for (number, range) in zip(numbers, ranges) {
                        found[topic, default: [:]][number] = (range.low, range.end)
                    }
                    continue
                }
                guard numbers.count > 1 else { continue }
                for (index, number) in numbers.enumerated() {
                    let share = (deadline - now()) / Int64(numbers.count - index)
                    guard let range = ranges(of: topic, [number], within: share, &admin)?.first else { continue }
                    found[topic, default: [:]][number] = (range.low, range.end)
                }
            }
            return partitions.map { found[$0.topic]?[$0.partition] }
        }
    }

    private func ranges(of topic: String, _ partitions: [Int32], within milliseconds: Int64, _ admin: inout Admin)
        -> [LogRange]?
    {
        guard milliseconds > 0 else { return nil }
        do {
            return try admin.ranges(topic: topic, partitions: partitions, timeoutMilliseconds: Int(milliseconds))
        } catch {
            log(.kafka("\(error)"))
            return nil
        }
    }

    private func partitionCount(of topic: String) -> Int? {
        admin.withLock { admin -> Int? in
            do {
                return try admin.partitionCounts(of: [topic], timeoutMilliseconds: Self.timeout).first
            } catch {
                log(.kafka("\(error)"))
                return nil
            }
        }
    }

    /// Where these logs end for a reader who sees open transactions too; nil if Kafka does not reply.
    private func highWatermarks(of topic: String, _ partitions: Range<Int32>) -> [Int64]? {
        do {
            // Only a growth asks: no client is kept for it.
            var admin = try Admin(
                properties: settings.kafka, clientID: "lantern-\(settings.plan.name)-growth", seesOpenTransactions: true
            )
            return ranges(of: topic, Array(partitions), within: Int64(Self.timeout), &admin)?.map(\.end)
        } catch {
            log(.kafka("\(error)"))
            return nil
        }
    }

    func deadLetter(_ partition: PartitionIdentity, _ record: ParkedRecord) -> DeadLetterOutcome {
        guard case .deadLetter(let topic) = settings.plan.onError else {
            return .failed("there is no dead-letter topic")
        }
        guard shared.withLock({ $0.isLive }) else { return .delivered }
        do {
            try producer.withLock { producer in
                if producer == nil {
                    producer = try Producer(
                        properties: settings.kafka, clientID: "lantern-\(settings.plan.name)-dead-letters")
                }
                var headers = record.headers.map { (name: readableText($0.name), value: $0.value) }
                // Where it came from: a duplicate here carries the same.
                headers.append(("lantern.topic", Array(partition.topicName.utf8)))
                headers.append(("lantern.partition", Array("\(partition.partition)".utf8)))
                headers.append(("lantern.offset", Array("\(record.offset)".utf8)))
                headers.append(("lantern.reason", Array(record.reason.utf8)))
                try Self.deliver(record, headers, to: topic, with: &producer)
            }
            return .delivered
        } catch {
            if let error = error as? KafkaError, error.code == .unacceptableRecord {
                return .impossible("topic \(topic): \(error.message)")
            }
            // One that can do nothing more is replaced by the next attempt.
            if (error as? KafkaError)?.isFatal == true { producer.withLock { $0 = nil } }
            let words = "the dead letter \(partition.name)@\(record.offset) was not delivered to \(topic): \(error)"
            log(.kafka(words))
            return .failed(words)
        }
    }

    private static func deliver(
        _ record: ParkedRecord, _ headers: [(name: String, value: [UInt8]?)], to topic: String,
        with producer: inout Producer?
    ) throws {
        let (key, value) = (record.key ?? [], record.value ?? [])
        var keySpan: Span<UInt8>?
        if record.key != nil { keySpan = key.span }
        var valueSpan: Span<UInt8>?
        if record.value != nil { valueSpan = value.span }
        try producer?.deliver(
            topic: topic, key: keySpan, value: valueSpan, headers: headers, timeoutMilliseconds: timeout)
    }

    /// The databases are asked one after the other, and may be exchanged meanwhile: what is nowhere is asked for again.
    func locate(_ identifier: String) -> Whereabouts {
        do {
            var redis = try RedisConnection.open(settings.redis)
            for _ in 0..<3 {
                let places = try settings.finder.places(of: [settings.plan.name], &redis)[0]
                guard let place = places.first(where: { $0.record.identifier == identifier }) else { continue }
                let isHome = place.database == settings.redis.address.database
                move(to: settings.redis.selecting(place.database), isLive: isHome)
                return .found(database: place.database, isHome: isHome)
            }
            return .nowhere
        } catch { return .unknown("\(error)") }
    }

    /// The generation is there now: what the lanes ask is asked there.
    private func move(to redis: RedisOptions, isLive: Bool) {
        let moved = shared.withLock { shared in
            shared.redis = redis
            shared.isLive = isLive
            if let keeper = shared.keeper, let text = shared.generationText {
                shared.inspector = inspector(keeper, text, redis, shared.counted)
            }
            return shared.moved
        }
        moved(redis, isLive)
    }

    private func inspector(
        _ keeper: GenerationKeeper, _ text: String, _ redis: RedisOptions,
        _ counted: @escaping @Sendable ([String: Int]) -> Void
    ) -> LogInspector {
        let sides = SideKeeper(GenerationSides(settings.plan), text: text) { [log] in log(.redis($0)) }
        return LogInspector(settings: settings, redis: redis, facts: keeper.facts, sides: sides, counted: counted)
    }

    func missingCheckpoint(topic: String, partition: Int32) -> MissingCheckpoint {
        let (keeper, text, options) = shared.withLock { ($0.keeper, $0.generationText, $0.redis) }
        guard let keeper, let text else { return .wait }
        do {
            var redis = try RedisConnection.open(options)
            return try keeper.resolveMissing(
                topic: topic, partition: partition, text: text,
                log: .init(
                    partitionCount: { [self] in partitionCount(of: topic) },
                    ends: { [self] in highWatermarks(of: topic, $0) }), &redis)
        } catch {
            log(.redis("\(error)"))
            return .wait
        }
    }
}
