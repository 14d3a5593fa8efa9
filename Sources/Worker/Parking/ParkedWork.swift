import Bytes
import Projections

/// One request on its way, and the commands that carry it out in one fenced transaction.
struct ParkedWork {
    /// As it was read: it is carried out and removed only while it still stands there.
    var request: ParkingRequest
    var text: RequestText
    var slot: Int
    var offset: Int64

    /// What the ledger is to say of the event; nil where nothing new.
    var decision: LedgerEntry.Decision? {
        switch text.action {
        case .retry: nil
        case .skip: .skip
        case .edit(let value): .edit(value)
        }
    }

    /// `record` is the hash of the record that is decided about.
    func writeLedger(_ keys: KeySpace, record: UInt64, into commands: inout CommandBuffer) {
        guard let decision else { return }
        commands.begin(4)
        commands.argument("HSET")
        commands.argument(text: keys.ledger)
        commands.argument(text: request.field)
        commands.argument(LedgerEntry(decision, of: record).text)
    }

    /// WATCH of generation, checkpoint, requests and rows, and what the first three hold.
    static func watch(
        _ request: ParkingRequest, _ it: LanePartition, _ rows: [TouchedEntry], _ settings: LaneSettings
    ) -> CommandBuffer {
        let keys = settings.keys
        var watch = CommandBuffer()
        watch.command("UNWATCH")
        watch.begin(4 + rows.count)
        watch.argument("WATCH")
        watch.argument(text: keys.generation(settings.generation))
        watch.argument(text: keys.requests)
        watch.argument(it.checkpointKey)
        for row in rows { watch.argument(row.key) }
        watch.begin(3)
        watch.argument("MGET")
        watch.argument(text: keys.generation(settings.generation))
        watch.argument(it.checkpointKey)
        watch.command("HGET", keys.requests, request.field)
        return watch
    }

    /// What stands between MULTI and EXEC: the changes, a fresh checkpoint with them, the request's end and its answer.
    func body(
        _ changes: borrowing CommandBuffer, on it: LanePartition, _ settings: LaneSettings, answer words: String,
        _ checkpoint: Checkpoint?
    ) -> CommandBuffer {
        var commands = CommandBuffer()
        commands.append(changes)
        commands.command("HDEL", settings.keys.requests, request.field)
        commands.command("SET", settings.keys.answer(text.identifier), words, "EX", "300")
        if let checkpoint {
            commands.begin(3)
            commands.argument("SET")
            commands.argument(it.checkpointKey)
            commands.argument(checkpoint.text)
        }
        return commands
    }

    /// The checkpoint that the request's transaction writes: all before it was seen clean.
    func checkpoint(after before: Checkpoint, _ settings: LaneSettings) -> Checkpoint {
        var checkpoint = before
        checkpoint.confirmed = before.next
        checkpoint.writer = settings.writer
        checkpoint.turn += 1
        return checkpoint
    }
}
