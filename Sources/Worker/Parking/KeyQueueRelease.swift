import Bytes
import Projections
import Records

/// Parked events that are folded in their order: what a request changes.
struct KeyQueueRelease: ~Copyable {
    /// What became of an event.
    enum Taken {
        case released
        /// It is still bad.
        case stays
        /// It does not fit: its changes belong into a transaction of their own.
        case full
    }

    /// What is to be done with an event of the line.
    enum Step {
        /// It is not concerned.
        case pass
        /// Its record must be read.
        case read
        /// It stays, and so do those behind it.
        case end
    }

    private let work: ParkedWork
    private let partition: Partition
    private let settings: LaneSettings
    /// Whether the request names the first of the line.
    private let isHead: Bool
    private var changes = Changeset()
    private var bookkeeping = CommandBuffer()
    private(set) var released: [(offset: Int64, key: [UInt8]?)] = []
    private var stillBad: String?

    init(_ work: ParkedWork, _ partition: Partition, _ settings: LaneSettings, isHead: Bool) {
        self.work = work
        self.partition = partition
        self.settings = settings
        self.isHead = isHead
    }

    /// What was decided about an event: by this request, or by an earlier one about this very record.
    private func decision(_ offset: Int64, _ record: ParkedRecord?) -> LedgerEntry.Decision? {
        if offset == work.offset, let decision = work.decision { return decision }
        guard let entry = partition.held.ledger[offset], entry.record == record?.hash else { return nil }
        return entry.decision
    }

    func next(_ offset: Int64) -> Step {
        if !isHead, offset != work.offset { return .pass }
        if isFull { return .end }
        // Behind another event of its key an edited one stays where it is.
        if offset == work.offset, !isHead, work.text.action != .skip { return .end }
        return .read
    }

    /// Whether a transaction holds no more.
    var isFull: Bool { changes.commandCount >= settings.commandsPerTransaction }

    /// How many events of that key were released.
    func releasedCount(of key: [UInt8]) -> Int { released.count { $0.key == key } }

    /// Folds one event.
    mutating func take(_ entry: (offset: Int64, key: [UInt8]?), _ record: ParkedRecord?, _ projector: any Projector)
        -> Taken
    {
        let blobs = settings.keys.parked(partition.topicName, partition.partition)
        let decision = decision(entry.offset, record)
        if decision != .skip {
            guard let record else {
                stillBad = "its record is missing or damaged in \(blobs)"
                return .stays
            }
            if let obstacle = record.obstacle(to: decision) {
                stillBad = obstacle
                return .stays
            }
            let value: [UInt8]? = if case .edit(let edited)? = decision { edited } else { record.value }
            switch record.project(as: value, partition, projector, into: &changes) {
            case .projected, .unknownType: break
            case .changesetMustCloseFirst: return .full
            case .awaitsSchema(let words):
                stillBad = "offset \(entry.offset) waits: \(words)"
                return .stays
            case .bad(let bad):
                stillBad = "offset \(entry.offset) is still bad: \(bad.reason)"
                renew(record, bad, in: blobs)
                return .stays
            }
        }
        bookkeeping.command("HDEL", blobs, "\(entry.offset)")
        bookkeeping.begin(3)
        bookkeeping.argument("ZREM")
        bookkeeping.argument(
            text: settings.keys.parkedIndex(partition.topicName, partition.partition))
        bookkeeping.argument(LaneMachine.indexMember(entry.offset, entry.key))
        released.append(entry)
        return .released
    }

    /// The record says why it is bad now.
    private mutating func renew(_ record: ParkedRecord, _ bad: BadEvent, in blobs: String) {
        var renewed = record
        renewed.reason = bad.reason
        renewed.view = bad.view
        guard renewed != record else { return }
        bookkeeping.begin(4)
        bookkeeping.argument("HSET")
        bookkeeping.argument(text: blobs)
        bookkeeping.argument(record.offset)
        bookkeeping.argument(renewed.bytes)
    }

    /// The rows that it touches.
    var rows: [TouchedEntry] { mutating get { changes.touchedEntries() } }

    /// `record` is that of the request's own event; without it nothing is remembered in the ledger.
    mutating func commands(_ record: ParkedRecord?) -> CommandBuffer {
        var commands = CommandBuffer()
        changes.encode(into: &commands)
        commands.append(bookkeeping)
        if let record { work.writeLedger(settings.keys, record: record.hash, into: &commands) }
        return commands
    }

    /// The answer to the operator.
    func words(of count: Int) -> String {
        let done = released.count
        let rest = count - done
        return stillBad.map { "\(done) released; \($0)" }
            ?? "done: \(done) released\(rest > 0 && isHead ? ", \(rest) of the key are left: retry again" : "")"
    }
}

extension ParkedRecord {
    /// Why an edit to this value is refused: the event would still be bad, or that cannot be told; nil if it is not.
    func refusal(ofEdit value: [UInt8]?, _ partition: Partition, _ projector: any Projector) -> String? {
        var aside = Changeset()
        return switch project(as: value, partition, projector, into: &aside) {
        case .bad(let bad): "offset \(offset) would still be bad: \(bad.reason)"
        case .awaitsSchema(let words):
            "offset \(offset) cannot be judged until its schema is here: \(words). Then edit it again"
        case .projected, .unknownType, .changesetMustCloseFirst: nil
        }
    }

    /// Projects it with this value instead of its own.
    fileprivate func project(
        as value: [UInt8]?, _ partition: Partition, _ projector: any Projector, into changes: inout Changeset
    ) -> ProjectionOutcome {
        let list = HeaderList()
        for header in headers {
            if let value = header.value {
                list.append(name: header.name.span, value: value.span)
            } else {
                list.append(name: header.name.span, value: nil)
            }
        }
        let (keyBytes, valueBytes) = (key ?? [], value ?? [])
        var keySpan: Span<UInt8>?
        if key != nil { keySpan = keyBytes.span }
        var valueSpan: Span<UInt8>?
        if value != nil { valueSpan = valueBytes.span }
        let event = Event(
            topic: partition.topic, partition: partition.partition, offset: offset, timestamp: timestamp, key: keySpan,
            value: valueSpan, headers: list)
        return projector.project(event, into: &changes)
    }
}
