import Bytes

/// Changes as commands, one behind the other: for streams whose keys rarely repeat, so that finding the row would only
/// cost time. Documents are apart, where neighbours share a command; no other command touches their keys.
struct UnmergedChanges: ~Copyable {
    var commands = CommandBuffer(capacity: 1 << 15)
    var documents = DocumentRuns()

    /// How many commands there are, a command for several documents counted as that many.
    @inline(__always) var weight: Int { commands.weight &+ documents.rowCount }
    @inline(__always) var byteCount: Int { commands.bytes.count &+ documents.byteCount }
    var isEmpty: Bool { commands.isEmpty && documents.rowCount == 0 }

    borrowing func encode(into other: inout CommandBuffer) {
        other.append(commands)
        documents.encode(into: &other)
    }

    mutating func removeAll(keeping limit: Int) {
        commands.removeAll(keeping: limit)
        documents.removeAll(keeping: limit)
    }

    struct Mark {
        fileprivate let commands: CommandBuffer.Mark
        fileprivate let documents: DocumentRuns.Mark
    }

    @inline(__always) var mark: Mark { Mark(commands: commands.mark, documents: documents.mark) }

    /// Takes back what was appended since.
    mutating func truncate(to mark: Mark) {
        commands.truncate(to: mark.commands)
        documents.truncate(to: mark.documents)
    }
}
