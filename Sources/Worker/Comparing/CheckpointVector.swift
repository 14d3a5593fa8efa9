import Records
import Redis

/// How far one side is on every partition, and which generations it holds: read together with its rows.
struct CheckpointVector: Equatable {
    var identifiers: [String?]
    var next: [Int64]

    /// From MGET of the records and then of the checkpoints.
    init(_ values: [RedisValue], projections: Int) {
        identifiers = values.prefix(projections).map { value in
            value.bytes.flatMap { GenerationRecord(bytes: $0) }?.identifier
        }
        next = values.dropFirst(projections).map { value in
            value.bytes.flatMap { Checkpoint(text: $0) }?.next ?? 0
        }
    }

    /// Whether this side has taken every event that `other` had taken.
    func hasPassed(_ other: CheckpointVector) -> Bool { zip(next, other.next).allSatisfy { $0 >= $1 } }
}
