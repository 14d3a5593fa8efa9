import Bytes
import Projections
import Records

/// One request on its way, and the commands that carry it out in one fenced transaction.
struct ParkedWork {
    /// As it was read: it is carried out and removed only while it is still there.
    var request: ParkingRequest
    var text: RequestText
    var slot: Int
    var offset: Int64

    /// Whether it is about all that a partition has parked.
    var isOfAll: Bool { if case .retryAll = text.action { true } else { false } }

    /// What the ledger is to say of the event; nil where nothing new.
    var decision: LedgerEntry.Decision? {
        switch text.action {
        case .retry, .retryAll: nil
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
        _ request: ParkingRequest, _ partition: Partition, _ rows: [TouchedEntry], _ settings: LaneSettings
    ) -> CommandBuffer {
        let keys = settings.keys
        var watch = CommandBuffer()
        watch.command("UNWATCH")
        watch.begin(4 + rows.count)
        watch.argument("WATCH")
        watch.argument(text: keys.generation)
        watch.argument(text: keys.requests)
        watch.argument(partition.identity.checkpointKey)
        for row in rows { watch.argument(row.key) }
        watch.begin(3)
        watch.argument("MGET")
        watch.argument(text: keys.generation)
        watch.argument(partition.identity.checkpointKey)
        watch.command("HGET", keys.requests, request.field)
        return watch
    }

    /// How a request's transaction leaves it.
    enum End {
        /// It is removed, and answered.
        case answered(String)
        /// It stays, with how far it is.
        case goesOn(RetryProgress)
    }

    /// What stands between MULTI and EXEC: the changes, a fresh checkpoint with them, and what becomes of the request.
    func body(
        _ changes: borrowing CommandBuffer, on partition: Partition, _ settings: LaneSettings, _ end: End,
        _ checkpoint: Checkpoint?
    ) -> CommandBuffer {
        var commands = CommandBuffer()
        commands.append(changes)
        if settings.plan.announcesChanges, settings.role == .live {
            var notice = ChangeNotice(settings.keys)
            notice.append(to: &commands)
        }
        switch end {
        case .answered(let words):
            commands.command("HDEL", settings.keys.requests, request.field)
            commands.command("SET", settings.keys.answer(text.identifier), words, "EX", "300")
        case .goesOn(let progress):
            let renewed = RequestText(action: .retryAll(progress), identifier: text.identifier)
            commands.command("HSET", settings.keys.requests, request.field, renewed.text)
        }
        if let checkpoint {
            commands.begin(3)
            commands.argument("SET")
            commands.argument(partition.identity.checkpointKey)
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
