import Bytes
import Projections

/// One request on its way, and the commands that carry it out in one fenced transaction.
struct ParkedWork {
    var field: String
    var request: RequestText
    var slot: Int
    var offset: Int64

    /// What the ledger is to say of the event; nil where nothing new.
    var decision: LedgerEntry? {
        switch request.action {
        case .retry: nil
        case .skip: .skip
        case .edit(let value): .edit(value)
        }
    }

    func writeLedger(_ keys: KeySpace, into commands: inout CommandBuffer) {
        guard let decision else { return }
        commands.begin(4)
        commands.argument("HSET")
        commands.argument(text: keys.ledger)
        commands.argument(text: field)
        commands.argument(decision.text)
    }

    /// WATCH of generation, checkpoint and rows, and what the first two hold.
    func watch(_ it: LanePartition, _ rows: [TouchedEntry], _ settings: LaneSettings) -> CommandBuffer {
        var watch = CommandBuffer()
        watch.command("UNWATCH")
        watch.begin(3 + rows.count)
        watch.argument("WATCH")
        watch.argument(text: settings.keys.generation(settings.generation))
        watch.argument(it.checkpointKey)
        for row in rows { watch.argument(row.key) }
        watch.begin(3)
        watch.argument("MGET")
        watch.argument(text: settings.keys.generation(settings.generation))
        watch.argument(it.checkpointKey)
        return watch
    }

    /// The changes, the request's end, its answer, and a fresh checkpoint.
    func transaction(
        _ changes: borrowing CommandBuffer, on it: LanePartition, _ settings: LaneSettings, answer words: String,
        _ checkpoint: inout Checkpoint
    ) -> CommandBuffer {
        checkpoint.confirmed = checkpoint.next
        checkpoint.writer = settings.writer
        checkpoint.turn += 1
        var commands = CommandBuffer()
        commands.command("MULTI")
        commands.bytes.append(changes.bytes.span)
        commands.commandCount += changes.commandCount
        commands.command("HDEL", settings.keys.requests, field)
        commands.command("SET", settings.keys.answer(request.identifier), words, "EX", "300")
        commands.begin(3)
        commands.argument("SET")
        commands.argument(it.checkpointKey)
        commands.argument(checkpoint.text)
        commands.command("EXEC")
        return commands
    }
}
