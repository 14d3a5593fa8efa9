import Bytes

/// Where a staged text's bytes are: most are taken from the event as they are, without a copy.
struct StagedText {
    enum Place: UInt8 { case stage, pool, value, key, converted }

    var place = Place.stage
    var start: Int32 = 0
    var count: Int32 = 0

    var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// One change of an event, evaluated and valid, before any of them enters the changeset.
struct StagedChange {
    var operation: ChangeCode.Operation
    /// The name as an argument of a command, if the program knows it; otherwise empty.
    var encodedName = PoolRange()
    var name = StagedText()
    var nameHash: UInt64 = 0
    var value = StagedText()
    var number: Int64 = 0
    var score: Double = 0
}

/// The row that one step changes.
struct StagedRow {
    var view: Int32
    var shape: EntryShape
    var keep: Int64
    var key: StagedText
    /// Milliseconds since 1970; −1: none.
    var deadline: Int64 = -1
    var changes: TableRange
}

/// What an event does to all views, in memory that is used again for the next event.
struct FoldStage: ~Copyable {
    var bytes = ByteBuffer(capacity: 4096)
    var scratch = ByteBuffer(capacity: 256)
    var rows = ReusableArray<StagedRow>()
    var changes = ReusableArray<StagedChange>()
    /// The magnitudes of its increments, of integers and of scores.
    var sums: UInt64 = 0
    var scores: UInt64 = 0
    /// The event's time, once it is needed.
    var time: Int64?

    mutating func removeAll() {
        scratch.removeAll(keeping: 1 << 20)
        removeRows()
        sums = 0
        scores = 0
        time = nil
    }

    mutating func removeRows() {
        bytes.removeAll(keeping: 1 << 22)
        rows.removeAll()
        changes.removeAll(keeping: 1 << 16)
    }

    /// Appends the scratch text as a key's field.
    mutating func appendScratchEscaped() {
        for index in 0..<scratch.count { KeyEscape.append(scratch[index], to: &bytes) }
    }

    /// What was appended since `start`.
    func text(from start: Int) -> StagedText {
        StagedText(start: Int32(truncatingIfNeeded: start), count: Int32(truncatingIfNeeded: bytes.count - start))
    }
}
