import Bytes
import Kafka
import Projections
import Records

@testable import Worker

/// The process that a simulated lane runs in.
final class ModelServices: LaneServices, @unchecked Sendable {
    // One thread runs the whole simulation.
    private unowned let world: World
    private(set) var reports: [LaneReport] = []
    /// The plant: every log is the same.
    var looksAway = false
    /// Inspections that were asked for and not answered.
    private var inspections: [(LogInspection, LaneControl)] = []
    /// When a scripted one is answered.
    private var due: Int64 = 0

    init(_ world: World) { self.world = world }

    func now() -> Int64 { world.now }

    /// The log's records are as old as the world is young.
    func wallOffset() -> Int64 { 1_700_000_000_000 }

    func report(_ report: WorkerReport) {
        if case .lane(let report, _) = report { reports.append(report) }
    }

    /// Others continue while it is produced; it may be there and not be known to be.
    func deadLetter(_ partition: PartitionIdentity, _ record: ParkedRecord) -> DeadLetterOutcome {
        world.interleave()
        let isThere = world.chance(4, in: 5)
        if isThere { world.delivered.insert("\(partition.partition):\(record.offset)") }
        return isThere && world.chance(4, in: 5) ? .delivered : .failed("not known to be there")
    }

    /// Asked for when everything in Redis was read and before it is used: what others do meanwhile comes here.
    func watermarks(of partitions: [(topic: String, partition: Int32)]) -> [(low: Int64, high: Int64)?] {
        partitions.map { watermarks(of: Int($0.partition)) }
    }

    private func watermarks(of partition: Int) -> (low: Int64, high: Int64)? {
        world.interleave()
        if let meanwhile = world.meanwhile {
            world.meanwhile = nil
            meanwhile()
        }
        guard !world.isKafkaAway else { return nil }
        return (world.log.low[partition], world.log.end(partition))
    }

    func tombstoneRetention(topic: String) -> Int64? { world.tombstoneRetention }

    /// Nobody can be asked where the generation is.
    var isLost = false

    func locate(_ identifier: String) -> Whereabouts {
        if isLost { return .unknown("Redis is away") }
        let places = world.redis.databases.filter { _, data in
            guard case .string(let text)? = data[world.keys.generation] else { return false }
            return GenerationRecord(bytes: text)?.identifier == identifier
        }
        return places.keys.min().map { .found(database: $0, isHome: $0 == 0) } ?? .nowhere
    }

    func missingCheckpoint(topic: String, partition: Int32) -> MissingCheckpoint { .halt("gone") }

    // MARK: Inspections

    func inspect(_ inspection: LogInspection, for control: LaneControl) {
        inspections.append((inspection, control))
        guard !world.interleaves else { return }
        guard world.inspectionTime > 0 else {
            _ = answerInspection()
            return
        }
        due = world.now + world.inspectionTime
    }

    var isInspecting: Bool { !inspections.isEmpty }

    /// Answers what was asked long enough ago.
    func answerDueInspection() { if isInspecting, world.now >= due { _ = answerInspection() } }

    /// Answers the oldest question by what is true now; false where there is none.
    func answerInspection() -> Bool {
        guard !inspections.isEmpty else { return false }
        let (inspection, control) = inspections.removeFirst()
        control.deliver(
            LogFindings(
                inspection, looksAway ? inspection.claims.map { _ in .same } : world.verdicts(inspection.claims)))
        return true
    }
}

extension World {
    /// As the shipped inspector judges, by topic ids or by witnesses.
    func verdicts(_ claims: [LogInspection.Claim]) -> [LogFindings.Verdict] {
        claims.map { claim in
            guard !isKafkaAway else { return .unknown("Kafka is away") }
            if hasTopicIDs { return recreations == 0 ? .same : .other("its id is another one") }
            // One that speaks against its log speaks against the topic; one without a witness is known by the others'.
            let known = claims.compactMap { claim in claim.witness.map { (Int(claim.partition), $0) } }
            let told = (0..<log.partitions).filter { partition in !known.contains { $0.0 == partition } }
                .compactMap { partition in checkpoint(partition)?.anchor.map { (partition, $0) } }
            let found = (known + told).map { compare($0.1, $0.0) }
            if let other = found.first(where: { if case .other = $0 { true } else { false } }) { return other }
            if let witness = claim.witness { return compare(witness, Int(claim.partition)) }
            return found.first { $0 != .same } ?? .same
        }
    }

    private func compare(_ anchor: Checkpoint.Anchor, _ partition: Int) -> LogFindings.Verdict {
        if log.low[partition] > anchor.offset { return .same }
        guard log.end(partition) > anchor.offset else {
            let since = shortSince[partition] ?? now
            shortSince[partition] = since
            let words = "the log ends at \(log.end(partition))"
            return now - since < 5_000 ? .unknown(words) : .other(words)
        }
        shortSince[partition] = nil
        guard let record = log.records[partition][Int(anchor.offset)] else { return .other("no record stands there") }
        return hash(of: record, partition: partition) == anchor.hash ? .same : .other("another record stands there")
    }

    func hash(of record: ModelLog.Record, partition: Int) -> UInt64 {
        let found = ModelRecord(record, partition: partition, world: self)
        let headers = HeaderList()
        let event = Event(
            topic: 0, partition: found.partition, offset: found.offset, timestamp: found.timestamp, key: found.key,
            value: found.value, headers: headers)
        return RecordHash.of(event)
    }
}
