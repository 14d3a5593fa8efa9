import Bytes
import Dispatch
import Glibc
import Kafka
import Projections
import Records
import Redis
import Synchronization
import System

/// Finds out whether the logs behind a projection's topics are still those that its checkpoints describe, while its
/// lanes continue.
///
/// Three things distinguish a log from another of the same name: the cluster's id, the topic's id (librdkafka 2.3 and
/// later), and the record at the offset that a checkpoint passed last.
final class LogInspector: Sendable {
    private static let timeout = 10_000
    /// A partition without a witness is known by those of its topic that have one, by this many checkpoints at most.
    private static let siblings = 3
    /// This long a log may seem to end before a record that was read there, in milliseconds: a new leader that lags
    /// reports that for a moment.
    private static let shortEndPatience: Int64 = 5_000

    private struct State: ~Copyable {
        var admin: Admin?
        var redis: RedisConnection?
        /// Since when a log seems too short.
        var shortSince: [RecordPlace: Int64] = [:]
    }

    private let settings: ProjectionSettings
    /// Where the generation is.
    private let options: RedisOptions
    private let facts: LogFacts
    /// Told how many partitions the topics have, with each inspection.
    private let counted: @Sendable ([String: Int]) -> Void
    private let sides: SideKeeper
    private let state = Mutex(State())
    /// One inspection after the other.
    private let queue: DispatchQueue

    /// `facts` are those that the generation was compared with.
    init(
        settings: ProjectionSettings, redis: RedisOptions, facts: LogFacts, sides: SideKeeper,
        counted: @escaping @Sendable ([String: Int]) -> Void
    ) {
        self.counted = counted
        self.sides = sides
        self.settings = settings
        options = redis
        self.facts = facts
        queue = DispatchQueue(label: "lantern-\(settings.plan.name)-inspector")
    }

    func inspect(_ inspection: LogInspection, for control: LaneControl) {
        queue.async { [self] in
            control.deliver(LogFindings(inspection, verdicts(inspection.claims)))
            lookAtSides()
        }
    }

    /// Whoever inspects the logs looks at the rest as well; what Redis does not say now is asked with the next inspection.
    private func lookAtSides() {
        state.withLock { state in
            do {
                if state.redis == nil { state.redis = try RedisConnection.open(settings.redis) }
                guard var redis = state.redis.take() else { return }
                try sides.look(&redis)
                state.redis = consume redis
            } catch {
                state.redis = nil
            }
        }
    }

    private typealias Claim = LogInspection.Claim
    private typealias Verdict = LogFindings.Verdict

    private func verdicts(_ claims: [Claim]) -> [Verdict] {
        state.withLock { state in
            do {
                return try identify(claims, &state) ?? hearWitnesses(claims, &state)
            } catch {
                state.redis = nil
                return claims.map { _ in .unknown("\(error)") }
            }
        }
    }

    /// By the ids; nil if these say nothing against it.
    private func identify(_ claims: [Claim], _ state: inout State) throws -> [Verdict]? {
        if state.admin == nil {
            state.admin = try Admin(
                properties: settings.kafka, clientID: "lantern-\(settings.plan.name)-inspector")
        }
        let topics = Array(Set(claims.map(\.topic))).sorted()
        // Also brings the cluster's id up to date, which librdkafka has from the last broker that answered.
        let counts = try state.admin?.partitionCounts(of: topics, timeoutMilliseconds: Self.timeout) ?? []
        counted(Dictionary(zip(topics, counts), uniquingKeysWith: { $1 }))
        if let before = facts.clusterID, let now = try state.admin?.clusterID(timeoutMilliseconds: Self.timeout),
            now != before
        {
            return claims.map { _ in
                .other("the brokers belong to Kafka cluster \(now), but the views were built from cluster \(before)")
            }
        }
        // Where no id was known at the start, none would say anything: a broker that has none may not even answer.
        let known = topics.filter { facts.topicIDs[$0] != nil }
        guard !known.isEmpty else { return nil }
        let identifiers = try state.admin?.topicIDs(of: known, timeoutMilliseconds: Self.timeout) ?? [:]
        let verdicts = claims.map { claim -> Verdict in
            guard let before = facts.topicIDs[claim.topic], let now = identifiers[claim.topic], now != before else {
                return .same
            }
            return .other("topic \(claim.topic) was created again: its id is \(now), and it was \(before)")
        }
        return verdicts.contains { $0 != .same } ? verdicts : nil
    }

    // MARK: Witnesses

    /// A record that must still be where it was, and the claims that depend on it.
    private struct Witness {
        var place: RecordPlace
        var hash: UInt64
        var claims: [Int]
        var verdict = Verdict.same
    }

    private func hearWitnesses(_ claims: [Claim], _ state: inout State) throws -> [Verdict] {
        var witnesses: [Witness] = []
        for (index, claim) in claims.enumerated() {
            if let witness = claim.witness {
                Self.add(witness, claim.topic, claim.partition, for: [index], to: &witnesses)
            }
        }
        for topic in Set(claims.map(\.topic)) {
            for (partition, anchor) in try siblingAnchors(topic, &state).shuffled().prefix(Self.siblings) {
                Self.add(anchor, topic, partition, for: [], to: &witnesses)
            }
        }
        guard !witnesses.isEmpty else { return claims.map { _ in .same } }
        Self.hear(&witnesses, &state, settings.plan)
        return claims.indices.map { index in
            let ofTopic = witnesses.filter { $0.place.topic == claims[index].topic }
            // One that speaks against its log speaks against the topic. One that cannot be heard holds up its own partition,
            // and those that have no witness of their own.
            let own = ofTopic.filter { $0.claims.contains(index) || claims[index].witness == nil }
            let against = ofTopic.first { if case .other = $0.verdict { true } else { false } }
            return against?.verdict ?? own.first { $0.verdict != .same }?.verdict ?? .same
        }
    }

    private static func add(
        _ anchor: Checkpoint.Anchor, _ topic: String, _ partition: Int32, for claims: [Int],
        to witnesses: inout [Witness]
    ) {
        // A partition can be read at one place at a time, and what a lane saw is older than what a checkpoint says.
        guard !witnesses.contains(where: { $0.place.topic == topic && $0.place.partition == partition }) else { return }
        let place = RecordPlace(topic: topic, partition: partition, offset: anchor.offset)
        witnesses.append(Witness(place: place, hash: anchor.hash, claims: claims))
    }

    /// What the checkpoints of a topic's partitions are anchored at.
    private func siblingAnchors(_ topic: String, _ state: inout State) throws -> [(Int32, Checkpoint.Anchor)] {
        let count = try state.admin?.partitionCounts(of: [topic], timeoutMilliseconds: Self.timeout).first ?? 0
        guard count > 0 else { return [] }
        if state.redis == nil { state.redis = try RedisConnection.open(options) }
        let keys = KeySpace(projection: settings.plan.name)
        var command = CommandBuffer()
        command.begin(1 + count)
        command.argument("MGET")
        for partition in 0..<count { command.argument(text: keys.checkpoint(topic, Int32(partition))) }
        let values = try state.redis?.roundTrip(command).first?.elements ?? []
        return values.enumerated().compactMap { partition, value in
            value.bytes.flatMap { Checkpoint(text: $0) }?.anchor.map { (Int32(partition), $0) }
        }
    }

    /// Reads the records, and asks for the logs' ends if one is not there.
    private static func hear(_ witnesses: inout [Witness], _ state: inout State, _ plan: ProjectionPlan) {
        guard var admin = state.admin.take() else { return }
        var found: [Int: (offset: Int64, hash: UInt64)] = [:]
        let headers = RecordHeaders<MessageHeaders>()
        let searches = admin.records(at: witnesses.map(\.place), timeoutMilliseconds: timeout) { index, record in
            unsafe headers.enter(record.headerSource)
            found[index] = (record.offset, hash(record, headers))
            headers.leave()
        }
        for (index, search) in searches.enumerated() {
            let place = witnesses[index].place
            if case .failed(let error) = search {
                witnesses[index].verdict = .unknown("\(error)")
                continue
            }
            if let found = found[index], found.offset == place.offset {
                if found.hash == witnesses[index].hash { continue }
                witnesses[index].verdict = .other(
                    "another record is at offset \(place.offset) of \(place.topic)-\(place.partition)")
                continue
            }
            do throws(KafkaError) {
                let ranges = try admin.ranges(
                    topic: place.topic, partitions: [place.partition], timeoutMilliseconds: timeout)
                witnesses[index].verdict = missing(place, ranges.first, plan, &state.shortSince)
            } catch { witnesses[index].verdict = .unknown("\(error)") }
        }
        state.admin = consume admin
    }

    private static func hash<Record: LogRecord & ~Copyable>(
        _ record: borrowing Record, _ headers: borrowing HeaderList
    ) -> UInt64 {
        let event = Event(
            topic: 0, partition: record.partition, offset: record.offset, timestamp: record.timestamp,
            key: record.key, value: record.value, headers: headers)
        return RecordHash.of(event)
    }

    /// What it means that no record is there.
    private static func missing(
        _ place: RecordPlace, _ range: LogRange?, _ plan: ProjectionPlan, _ shortSince: inout [RecordPlace: Int64]
    ) -> Verdict {
        guard let range else {
            return .unknown("Kafka did not return the offsets of \(place.topic)-\(place.partition)")
        }
        let name = "\(place.topic)-\(place.partition)"
        if range.low > place.offset { return .same }
        guard range.end > place.offset else {
            let words = "\(name) ends at \(range.end), before the record at offset \(place.offset) that was read there"
            let now = Clock.milliseconds()
            let since = shortSince[place] ?? now
            shortSince[place] = since
            return now - since < shortEndPatience ? .unknown(words) : .other(words)
        }
        shortSince[place] = nil
        if plan.topics.first(where: { $0.name == place.topic })?.isCompacted == true { return .same }
        return .other("there is no longer a record at offset \(place.offset) of \(name)")
    }
}
