import Bytes
import Redis

/// One connection to Redis from its opening to its loss: one pipeline of transactions. It is dropped whole; nothing of it
/// outlives its connection.
struct Session: ~Copyable {
    /// What the shell writes to the socket.
    private(set) var output = ByteBuffer(capacity: 1 << 16)
    private var expectations = ExpectationQueue()
    /// Since when a reply is awaited and none came.
    private(set) var waitingSince: Int64?
    private(set) var pipeline: TransactionPipeline
    /// When the last EXEC was sent.
    private(set) var sentAt: Int64 = 0
    var fence = Fence()
    /// What was refused of the transaction whose replies come.
    private(set) var refusal: Refusal?
    /// Whether checkpoints were read or a transaction was applied.
    var hasServed = false
    /// Whether a transaction was carried out: before that none is streamed.
    var hasCommitted = false
    var tenure = Tenure.holds
    var desk = RequestDesk()
    var clock = ServerClock()
    var nextHeartbeat: Int64
    var nextMemoryCheck: Int64

    init(_ settings: LaneSettings, now: Int64) {
        pipeline = TransactionPipeline(settings.keys)
        nextHeartbeat = now + settings.heartbeat
        nextMemoryCheck = now + settings.memoryCheckInterval
    }

    /// Whether events may be folded. (`mutating`: see ``LaneMachine/wantsEvents``.)
    var takesEvents: Bool {
        mutating get { desk.leavesRoom && tenure.allowsWriting }
    }
    /// Whether no reply is outstanding.
    var isIdle: Bool { expectations.isEmpty }
    /// How many `QUEUED` may be taken together.
    var expectedQueued: Int { expectations.queued }

    // MARK: Output

    /// `write` returns how many bytes it took.
    mutating func write<Failure: Error>(_ write: (Span<UInt8>) throws(Failure) -> Int) throws(Failure) {
        let taken = try write(output.span)
        output.removeFirst(taken)
    }

    /// Sends a command that is no part of a transaction.
    mutating func send(_ command: StaticString, expecting reply: Expectation, now: Int64) {
        output.append(command)
        expect(reply, now: now)
    }

    mutating func send(_ command: borrowing CommandBuffer, expecting reply: Expectation, now: Int64) {
        output.append(command.bytes)
        expect(reply, now: now)
    }

    private mutating func expect(_ reply: Expectation, now: Int64) {
        expectations.append(reply)
        waitingSince = waitingSince ?? now
    }

    /// Sends WATCH and MGET.
    mutating func sendFence(now: Int64) {
        fence.state = .asked
        output.append(fence.commands.bytes)
        expect(.watch, now: now)
        expect(.fence, now: now)
    }

    /// The lane was busy elsewhere for so long, and neither wrote nor read: that is no silence of Redis.
    mutating func excuse(_ milliseconds: Int64) { waitingSince = waitingSince.map { $0 + milliseconds } }

    // MARK: Transactions

    /// Moves what is folded into the open transaction, opens it if necessary, and sends it.
    mutating func queue(_ batch: inout Batch) {
        if pipeline.open() { expectations.append(.multi) }
        pipeline.take(&batch)
        sendQueued()
    }

    /// Names the rows of the transaction for readers who are told.
    mutating func announce() { pipeline.announce() }

    mutating func queueCheckpoint(_ key: [UInt8], _ text: [UInt8]) { pipeline.set(key, text) }

    private mutating func sendQueued() {
        let commands = pipeline.send(into: &output)
        if commands > 0 { expectations.append(.queued(commands)) }
    }

    /// Sends EXEC; returns how many commands are inside.
    mutating func close(now: Int64) -> Int {
        sendQueued()
        let commands = pipeline.close()
        output.append("*1\r\n$4\r\nEXEC\r\n" as StaticString)
        expectations.append(.executed(commands))
        waitingSince = now
        sentAt = now
        return commands
    }

    /// Takes back what was sent of a transaction that will not be closed; DISCARD ends its fence as well.
    mutating func discardOpen() {
        guard pipeline.isOpen else { return }
        pipeline.discard()
        output.append("*1\r\n$7\r\nDISCARD\r\n" as StaticString)
        expectations.append(.discarded)
    }

    // MARK: Replies

    /// A reply came; returns what it belongs to, nil if nothing was asked.
    mutating func takeExpectation(now: Int64) -> Expectation? {
        guard let expectation = expectations.first else { return nil }
        receivedQueued(1, now: now)
        if case .executed = expectation { pipeline.replied() }
        return expectation
    }

    /// Several replies `QUEUED`, no more than expected, or one of another kind.
    mutating func receivedQueued(_ count: Int, now: Int64) {
        expectations.advance(by: count)
        waitingSince = expectations.isEmpty ? nil : now
    }

    mutating func refuse(_ reply: borrowing Reply) {
        guard refusal == nil else {
            refusal?.add(reply)
            return
        }
        refusal = Refusal(reply)
    }

    mutating func takeRefusal() -> Refusal? { refusal.take() }

    /// What the server said before the connection ended is the reason for its end.
    func lastWords(_ reason: String) -> String { refusal.map { "Redis said \"\($0.words)\" (\(reason))" } ?? reason }
}
