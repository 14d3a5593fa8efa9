import Projections
import Records

/// A checkpoint as Redis has it, or has it once a transaction is applied.
struct StoredCheckpoint: Sendable {
    /// Its very bytes, which the fence compares; empty before one was read.
    private(set) var text: [UInt8] = []
    private(set) var next: Int64 = 0
    private(set) var confirmed: Int64 = 0
    private(set) var atEnd: Int64?

    init() {}

    init(_ checkpoint: Checkpoint, text: [UInt8]) {
        self.text = text
        next = checkpoint.next
        confirmed = checkpoint.confirmed
        atEnd = checkpoint.atEnd
    }

    var wasRead: Bool { !text.isEmpty }
    var isConfirmed: Bool { confirmed >= next }
}
