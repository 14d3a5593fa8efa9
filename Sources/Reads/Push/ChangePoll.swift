import Bytes
import Records
import Redis

/// One look at a projection's stream of changes: what was added since a position, and whether nothing is missing in between.
struct ChangePoll: Sendable {
    struct Finding: Sendable, Equatable {
        var generation: String
        /// The newest entry; what readers were told before goes on from here.
        var entry: String
        /// The rows that changed since.
        var keys: Set<[UInt8]> = []
        /// What was told last is not in the stream any more, or not yet: rows may have changed of which nobody was told.
        var isGap = false
        /// More rows may have changed than are named: the stream was empty before, and whether its first entries are still there
        /// cannot be seen; or an entry cannot be read.
        var mayLackRows = false
    }

    enum Outcome: Sendable, Equatable {
        case found(Finding)
        /// The projection has no live generation.
        case noGeneration
        /// Redis was not reached, or refused it.
        case failed
    }

    /// So many entries at a time.
    private static let most = 256
    private static let commandCount = 6

    let database: Int
    let keys: KeySpace
    /// nil: only where the stream ends.
    let since: StreamPosition?

    func append(to commands: inout CommandBuffer) {
        commands.command("MULTI")
        commands.command("SELECT", "\(database)")
        commands.command("GET", keys.generation)
        commands.command("XREVRANGE", keys.changes, "+", "-", "COUNT", "1")
        // From the position on, with it: it must be the first.
        commands.command(
            "XRANGE", keys.changes, since?.entry ?? "+", "+", "COUNT", "\(since == nil ? 1 : Self.most + 1)")
        commands.command("EXEC")
    }

    /// Takes its replies.
    func take(_ replies: inout ArraySlice<RedisValue>) -> Outcome {
        let own = replies.prefix(Self.commandCount)
        replies = replies.dropFirst(Self.commandCount)
        guard let elements = own.last?.elements, elements.count == 4 else { return .failed }
        // Without its database nothing that follows is of this projection.
        for case .error in elements { return .failed }
        guard let record = elements[1].bytes.flatMap({ GenerationRecord(bytes: $0) }) else { return .noGeneration }
        let end = elements[2].elements?.first.flatMap(Self.entry)?.id ?? StreamPosition.start
        var finding = Finding(generation: record.identifier, entry: end)
        guard let since else { return .found(finding) }
        var entries = (elements[3].elements ?? []).compactMap(Self.entry)
        if since.generation != record.identifier {
            finding.isGap = true
            return .found(finding)
        }
        if since.entry == StreamPosition.start {
            finding.mayLackRows = !entries.isEmpty
        } else {
            guard entries.first?.id == since.entry else {
                finding.isGap = true
                return .found(finding)
            }
            entries.removeFirst()
        }
        for entry in entries {
            guard let keys = entry.keys else {
                finding.mayLackRows = true
                continue
            }
            finding.keys.formUnion(keys)
        }
        finding.entry = entries.last?.id ?? since.entry
        return .found(finding)
    }

    /// An entry with the rows that it names; nil for these if it was not a worker that wrote it.
    private static func entry(_ value: RedisValue) -> (id: String, keys: [[UInt8]]?)? {
        guard let parts = value.elements, parts.count == 2, let id = parts[0].text else { return nil }
        let fields = parts[1].elements ?? []
        let rows = fields.count == 2 ? fields[1].bytes.flatMap { ChangeEntry(text: $0) } : nil
        return (id, rows?.keys)
    }
}
