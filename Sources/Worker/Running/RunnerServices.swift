import Kafka
import Projections
final class RunnerServices: LaneServices, @unchecked Sendable {
    var keeper: GenerationKeeper?
    var standing: (Int, String)?
    init(settings: ProjectionSettings, log: @escaping @Sendable (WorkerReport) -> Void) throws {}
    func facts() throws -> LogFacts { LogFacts(clusterID: nil, topics: []) }
    func report(_ report: WorkerReport) {}
    func deadLetter(_ partition: LanePartition, _ record: ParkedRecord) -> Bool { false }
    func watermarks(topic: String, partition: Int32) -> (low: Int64, high: Int64)? { nil }
    func missingCheckpoint(topic: String, partition: Int32) -> MissingCheckpoint { .wait }
}
