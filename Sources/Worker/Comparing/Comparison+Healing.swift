import Bytes
import Redis

// `verify --heal`: what differs is made what the log says.
extension Comparison {
    /// Copies the rows that differ from the build's side, and removes those that the build has not, while nobody writes
    /// live: both sides are at the same events.
    mutating func heal(_ hold: DrainHold) throws {
        while !healing.isEmpty, !isCancelled() {
            let rows = Array(healing.suffix(Self.unitsPerLook))
            guard try hold.perform(copies(of: rows), &pair.redis) else { return }
            healing.removeLast(rows.count)
            tally.healed += rows.count
        }
    }

    private func copies(of rows: [(key: [UInt8], isMissing: Bool)]) -> CommandBuffer {
        var commands = CommandBuffer()
        for row in rows where row.isMissing {
            commands.begin(2)
            commands.argument("UNLINK")
            commands.argument(row.key)
        }
        commands.command("SELECT", "\(pair.database)")
        for row in rows where !row.isMissing {
            commands.begin(6)
            commands.argument("COPY")
            commands.argument(row.key)
            commands.argument(row.key)
            commands.argument("DB")
            commands.argument(text: "\(pair.home)")
            commands.argument("REPLACE")
        }
        commands.command("SELECT", "\(pair.home)")
        return commands
    }
}
