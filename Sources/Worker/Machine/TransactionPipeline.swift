import Bytes
import Records

/// The transaction that is being sent, and the one before it: one at most waits for its replies, and the next may be open
/// behind it.
struct TransactionPipeline: ~Copyable {
    private var newest = CommandBuffer(capacity: 1 << 16)
    private var previous = CommandBuffer(capacity: 1 << 16)
    /// Whether MULTI and the first commands of the newest are on their way, and its EXEC is not.
    private(set) var isOpen = false
    private(set) var isInFlight = false
    /// What of the newest was sent.
    private var sent = (commands: 0, bytes: 0)
    private var notice: ChangeNotice

    init(_ keys: KeySpace) { notice = ChangeNotice(keys) }

    /// The bytes of the transaction in flight, which show where damage is.
    var bytesInFlight: Span<UInt8> {
        @_lifetime(borrow self)
        get { isOpen ? previous.bytes.span : newest.bytes.span }
    }

    /// Returns whether it was opened just now.
    mutating func open() -> Bool {
        guard !isOpen else { return false }
        isOpen = true
        swap(&previous, &newest)
        newest.removeAll(keeping: 4 << 20)
        newest.begin(1)
        newest.argument("MULTI")
        sent = (1, 0)
        return true
    }

    mutating func take(_ batch: inout Batch) { batch.queue(into: &newest) }

    /// Names the rows that it changes.
    mutating func announce() { notice.append(to: &newest) }

    mutating func set(_ key: [UInt8], _ text: [UInt8]) {
        newest.begin(3)
        newest.argument("SET")
        newest.argument(key)
        newest.argument(text)
    }

    /// Appends to `output` what it does not have yet; returns how many commands will be queued.
    mutating func send(into output: inout ByteBuffer) -> Int {
        let commands = newest.commandCount - sent.commands
        output.append(newest.bytes, from: sent.bytes)
        sent = (newest.commandCount, newest.bytes.count)
        return commands
    }

    /// Its EXEC is sent; returns how many commands are inside.
    mutating func close() -> Int {
        isOpen = false
        isInFlight = true
        return newest.commandCount - 1
    }

    /// The open one will not be closed: the one before it is the one that is in flight.
    mutating func discard() {
        isOpen = false
        swap(&previous, &newest)
    }

    /// EXEC's reply came.
    mutating func replied() { isInFlight = false }
}
