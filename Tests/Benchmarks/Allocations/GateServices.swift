import Glibc
import Kafka
import Records
import Worker

/// The process around the gate's lane: all is well, and anything else ends the run.
final class GateServices: LaneServices, @unchecked Sendable {
    // One thread runs the gate.
    private(set) var failure: String?

    func now() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    func wallOffset() -> Int64 { 0 }

    func report(_ report: WorkerReport) {
        switch report {
        case .lane(.started, _), .lane(.connected, _): break
        default: failure = "the lane did not run as usual: \(report)"
        }
    }

    func inspect(_ inspection: LogInspection, for control: LaneControl) {
        control.deliver(LogFindings(inspection, inspection.claims.map { _ in .same }))
    }

    func deadLetter(_ partition: PartitionIdentity, _ record: ParkedRecord) -> DeadLetterOutcome {
        .failed("no dead letters here")
    }
    func watermarks(of partitions: [(topic: String, partition: Int32)]) -> [(low: Int64, high: Int64)?] {
        partitions.map { _ in (0, .max) }
    }
    func tombstoneRetention(topic: String) -> Int64? { nil }
    func locate(_ identifier: String) -> Whereabouts { .unknown("nothing moves here") }
    func missingCheckpoint(topic: String, partition: Int32) -> MissingCheckpoint { .halt("it is missing") }
}
