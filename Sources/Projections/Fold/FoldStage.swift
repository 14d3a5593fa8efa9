import Bytes

/// One change of an event, evaluated and valid, before any of them enters the changeset.
struct StagedChange {
    var operation: ChangeCode.Operation
    /// A fixed name stands in the program's pool, another one in the stage.
    var nameIsFixed = false
    var name = PoolText()
    var nameHash: UInt64 = 0
    var value = PoolText()
    var number: Int64 = 0
    var score: Double = 0
}

/// The row that one step changes.
struct StagedRow {
    var view: Int32
    var shape: EntryShape
    var keep: Int64
    var key: PoolText
    /// Milliseconds since 1970; −1 is none.
    var deadline: Int64 = -1
    var changes: Rows
}

/// What an event does to all views, in memory that is used again for the next event.
struct FoldStage: ~Copyable {
    var bytes = ByteBuffer(capacity: 4096)
    var scratch = ByteBuffer(capacity: 256)
    var rows: ContiguousArray<StagedRow> = []
    var changes: ContiguousArray<StagedChange> = []
    /// The magnitudes of its increments, of integers and of scores.
    var sums: UInt64 = 0
    var scores: UInt64 = 0
    /// The event's time, once it is needed.
    var time: Int64?

    mutating func removeAll() {
        bytes.removeAll(keeping: 1 << 22)
        scratch.removeAll(keeping: 1 << 20)
        rows.removeAll(keepingCapacity: true)
        if changes.capacity > 1 << 16 { changes = [] } else { changes.removeAll(keepingCapacity: true) }
        sums = 0
        scores = 0
        time = nil
    }

    /// Appends the scratch text as a key's field.
    mutating func appendScratchEscaped() {
        for index in 0..<scratch.count { KeyEscape.append(scratch[index], to: &bytes) }
    }

    /// What was appended since `start`.
    func text(from start: Int) -> PoolText { PoolText(start: Int32(start), count: Int32(bytes.count - start)) }
}
