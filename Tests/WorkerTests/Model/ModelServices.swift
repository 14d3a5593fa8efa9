import Hashing
import Kafka
import Projections

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

    init(_ world: World) { self.world = world }

    func now() -> Int64 { world.now }
    func wallClock() -> Int64 { world.now }

    func report(_ report: WorkerReport) {
        if case .lane(let report, _) = report { reports.append(report) }
    }

    /// Others go on while it is produced; it may be there and not be known to be.
    func deadLetter(_ partition: LanePartition, _ record: ParkedRecord) -> Bool {
        world.interleave()
        let isThere = world.chance(4, in: 5)
        if isThere { world.delivered.insert("\(partition.partition):\(record.offset)") }
        return isThere && world.chance(4, in: 5)
    }

    /// Asked for when everything in Redis was read and before it is used: what others do meanwhile comes here.
    func watermarks(topic: String, partition: Int32) -> (low: Int64, high: Int64)? {
        world.interleave()
        if let meanwhile = world.meanwhile {
            world.meanwhile = nil
            meanwhile()
        }
        guard !world.isKafkaAway else { return nil }
        return (world.log.low[Int(partition)], world.log.end(Int(partition)))
    }

    func tombstoneRetention(topic: String) -> Int64? { world.tombstoneRetention }

    func missingCheckpoint(topic: String, partition: Int32) -> MissingCheckpoint { .halt("gone") }

    // MARK: Inspections

    func inspect(_ inspection: LogInspection, for control: LaneControl) {
        inspections.append((inspection, control))
        if !world.interleaves { _ = answerInspection() }
    }

    var isInspecting: Bool { !inspections.isEmpty }

    /// Answers the oldest question by what is true now; false where there is none.
    func answerInspection() -> Bool {
        guard !inspections.isEmpty else { return false }
        let (inspection, control) = inspections.removeFirst()
        control.deliver(LogFindings(inspection, inspection.claims.map { looksAway ? .same : world.verdict($0) }))
        return true
    }
}

extension World {
    /// As the shipped inspector judges, by topic ids or by anchors.
    func verdict(_ claim: LogInspection.Claim) -> LogFindings.Verdict {
        guard !isKafkaAway else { return .unknown("Kafka is away") }
        if hasTopicIDs { return recreations == 0 ? .same : .other("its id is another one") }
        var verdict = LogFindings.Verdict.same
        for (partition, anchor) in claim.anchor.map({ [(Int(claim.partition), $0)] }) ?? anchors() {
            let found = compare(anchor, partition)
            if case .other = found { return found }
            if found != .same { verdict = found }
        }
        return verdict
    }

    private func anchors() -> [(Int, Checkpoint.Anchor)] {
        (0..<log.partitions).compactMap { partition in checkpoint(partition)?.anchor.map { (partition, $0) } }
    }

    private func compare(_ anchor: Checkpoint.Anchor, _ partition: Int) -> LogFindings.Verdict {
        if log.low[partition] > anchor.offset { return .same }
        guard log.end(partition) > anchor.offset else { return .unknown("the log ends at \(log.end(partition))") }
        guard let record = log.records[partition][Int(anchor.offset)] else { return .other("no record stands there") }
        let found = ModelRecord(record, partition: partition, world: self)
        let headers = HeaderList()
        let event = Event(
            topic: 0, partition: found.partition, offset: found.offset, timestamp: found.timestamp, key: found.key,
            value: found.value, headers: headers)
        return RecordHash.of(event, headers: headers) == anchor.hash ? .same : .other("another record stands there")
    }
}
