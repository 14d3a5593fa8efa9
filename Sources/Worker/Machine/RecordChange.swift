import Records

/// What another record than the expected one means for a lane.
enum RecordChange {
    case draining(GenerationRecord)
    /// The generation is in another database, or in none.
    case moved
    case ended

    init(_ found: [UInt8]?, identifier: String) {
        guard let record = found.flatMap({ GenerationRecord(bytes: $0) }), record.identifier == identifier else {
            self = .moved
            return
        }
        self = record.state == .draining ? .draining(record) : .ended
    }
}
