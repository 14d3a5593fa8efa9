import Bytes

/// Writes and deletes of whole documents, in order, so that neighbours share one command: MSET of 50 documents costs Redis
/// about two thirds of 50 SETs (measured with Redis 7.0, inside MULTI).
///
/// Only the arguments are kept; the command's head is written once its length is known.
struct DocumentRuns: ~Copyable {
    enum Command: UInt8 {
        case set
        /// SET with PXAT: Redis has no command for several of these.
        case setWithDeadline
        case delete
    }

    /// Neighbours of one kind, as many as one command takes. (Swift 6.3.1 stops with an error of its own if this is private.)
    struct Run {
        let command: Command
        var rows: Int32
        let start: Int
    }

    /// More documents a command save hardly anything more.
    static let longest = 50
    /// The most bytes of a command's head: its length and its name.
    private static let headBytes = 32

    private var arguments = CommandBuffer(capacity: 1 << 12)
    private var runs = ReusableArray<Run>(capacity: 16)
    private(set) var rowCount = 0

    /// At most how many bytes `encode` writes.
    var byteCount: Int { arguments.bytes.count &+ runs.count &* Self.headBytes }

    /// Begins the next document's arguments, the first of which is its key.
    mutating func begin(_ command: Command, key: Span<UInt8>) {
        rowCount &+= 1
        let last = runs.count &- 1
        if last >= 0, runs[last].command == command, command != .setWithDeadline, Int(runs[last].rows) < Self.longest {
            runs[last].rows &+= 1
        } else {
            runs.append(Run(command: command, rows: 1, start: arguments.bytes.count))
        }
        arguments.argument(key)
    }

    mutating func argument(_ value: Span<UInt8>) { arguments.argument(value) }

    mutating func deadline(_ milliseconds: Int64) {
        arguments.argument("PXAT")
        arguments.argument(milliseconds)
    }

    borrowing func encode(into commands: inout CommandBuffer) {
        for index in runs.indices {
            let run = runs[index]
            let end = index &+ 1 < runs.count ? runs[index &+ 1].start : arguments.bytes.count
            switch (run.command, run.rows) {
            case (.set, 1): commands.begin(3, "SET")
            case (.set, let rows): commands.begin(1 &+ 2 &* Int(rows), "MSET", rows: Int(rows))
            case (.setWithDeadline, _): commands.begin(5, "SET")
            case (.delete, let rows): commands.begin(1 &+ Int(rows), "DEL", rows: Int(rows))
            }
            commands.argument(encoded: arguments.bytes.span.extracting(run.start..<end))
        }
    }

    mutating func removeAll(keeping limit: Int) {
        guard rowCount > 0 else { return }
        arguments.removeAll(keeping: limit)
        runs.removeAll()
        rowCount = 0
    }

    /// How far it is filled, to be able to take back what follows.
    struct Mark {
        fileprivate let arguments: CommandBuffer.Mark
        fileprivate let runs: Int
        fileprivate let rowsOfLast: Int32
        fileprivate let rowCount: Int
    }

    var mark: Mark {
        Mark(
            arguments: arguments.mark, runs: runs.count, rowsOfLast: runs.isEmpty ? 0 : runs[runs.count &- 1].rows,
            rowCount: rowCount)
    }

    /// Takes back what was appended since.
    mutating func truncate(to mark: Mark) {
        arguments.truncate(to: mark.arguments)
        runs.truncate(to: mark.runs)
        if mark.runs > 0 { runs[mark.runs &- 1].rows = mark.rowsOfLast }
        rowCount = mark.rowCount
    }
}
