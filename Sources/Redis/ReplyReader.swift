import Bytes
import CHiredis
import Glibc

/// hiredis' parser with our tokens behind it: bytes in, replies out.
///
/// Two quirks of hiredis shape it. After each 1,024 bytes read it moves the rest of its buffer to the front, so it is fed
/// small slices; and it knows no bound, so bounds are kept here and in the callbacks. It nests at most 7 deep.
@safe
struct ReplyReader: ~Copyable {
    private static let sliceBytes = 1024
    /// Statuses, errors and lengths are lines; no server sends long ones.
    private static let lineBytes = 65_536

    /// NULL if there was no memory for it: then it never returns a reply, only an error.
    private let reader: UnsafeMutablePointer<redisReader>?
    /// The reply being read; complete, it changes places with the caller's.
    private let building: UnsafeMutablePointer<ReplyStorage>
    private let limits: ReplyLimits
    /// What came and the reader has not been fed.
    private var inbox = ByteBuffer(capacity: 65_536)
    private var inboxRead = 0

    init(limits: ReplyLimits) {
        self.limits = limits
        unsafe reader = redisReaderCreateWithFunctions(ReplyCallbacks.table)
        unsafe building = .allocate(capacity: 1)
        unsafe building.initialize(to: ReplyStorage(limits: limits))
        unsafe reader?.pointee.privdata = UnsafeMutableRawPointer(building)
        // Above this an empty buffer is freed and allocated again: never in steady state, yet not kept forever.
        unsafe reader?.pointee.maxbuf = 1 << 20
    }

    deinit {
        if let reader = unsafe reader { unsafe redisReaderFree(reader) }
        unsafe building.deinitialize(count: 1)
        unsafe building.deallocate()
    }

    /// How many bytes came that no reply was made of yet, as far as this side of the parser knows.
    var unreadBytes: Int { inbox.count - inboxRead }

    /// Appends what `body` writes into room for `count` bytes; `body` returns how many it wrote.
    mutating func append(upTo count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        if inboxRead == inbox.count {
            inbox.removeAll(keeping: 1 << 20)
            inboxRead = 0
        } else if inboxRead > 1 << 20 {
            inbox.removeFirst(inboxRead)
            inboxRead = 0
        }
        return unsafe inbox.append(upTo: count, body)
    }

    /// The next whole reply, if there is one; `false` leaves `reply` as it was.
    mutating func next(into reply: inout Reply) throws(RedisError) -> Bool {
        guard let reader = unsafe reader else { throw violation("there is not enough memory for the parser") }
        while true {
            if unsafe reader.pointee.pos == reader.pointee.len {
                if isBetweenReplies, takeNumbers() {
                    handOver(to: &reply)
                    return true
                }
                guard unsafe try feed(reader) else { return false }
            }
            var object: UnsafeMutableRawPointer?
            guard unsafe redisReaderGetReply(reader, &object) == REDIS_OK else { throw violation() }
            if unsafe object != nil {
                // hiredis 1.x makes values of RESP3 types without asking us.
                guard unsafe building.pointee.missing == 0 else {
                    throw violation("it contains a type that was not requested")
                }
                handOver(to: &reply)
                return true
            }
            guard unsafe try feed(reader) else { return false }
        }
    }

    /// What was built becomes the reply; the reply's former memory is built in next, with the connection's limits.
    private mutating func handOver(to reply: inout Reply) {
        unsafe swap(&reply.storage, &building.pointee)
        unsafe building.pointee.reset()
        unsafe building.pointee.limits = limits
    }

    /// Whether the parser holds nothing.
    private var isBetweenReplies: Bool {
        guard let reader = unsafe reader else { return false }
        return unsafe reader.pointee.pos == reader.pointee.len && reader.pointee.ridx == -1
    }

    /// Takes the `+QUEUED` that come next, at most `limit`, and returns how many these were: most replies are this one,
    /// and none of them contains more than that.
    mutating func takeQueued(upTo limit: Int) -> Int {
        guard isBetweenReplies else { return 0 }
        let taken = ReplyScan.countQueued(inbox.span, from: inboxRead, limit: limit)
        inboxRead += taken * ReplyScan.queuedBytes
        return taken
    }

    /// Takes an array of numbers and `+OK`, the usual reply to EXEC, if all of it is there; otherwise nothing.
    private mutating func takeNumbers() -> Bool {
        guard let end = scanNumbers() else {
            unsafe building.pointee.reset()
            return false
        }
        inboxRead = end
        return true
    }

    /// Builds such an array; returns where it ends, or nil.
    private func scanNumbers() -> Int? {
        var scan = ReplyScan(inbox.span, at: inboxRead)
        guard let count = scan.arrayCount(), count <= limits.elements else { return nil }
        unsafe building.pointee.begin(count)
        for _ in 0..<count {
            if let number = scan.number() {
                unsafe building.pointee.tokens.append(ReplyToken(kind: .integer, value: number, count: 0))
            } else if scan.takeOK() {
                unsafe building.pointee.appendOK()
            } else {
                return nil
            }
        }
        return scan.at
    }

    /// Gives the parser the next slice; false if there is none.
    private mutating func feed(_ reader: UnsafeMutablePointer<redisReader>) throws(RedisError) -> Bool {
        let (buffer, position, length) = unsafe (reader.pointee.buf, reader.pointee.pos, reader.pointee.len)
        let pending = length - position
        if unsafe pending + building.pointee.arena.count > limits.bytes {
            throw violation("it has more bytes than the limit")
        }
        if pending > Self.lineBytes, let buffer = unsafe buffer,
            unsafe memchr(buffer + position, 0x0A, Self.lineBytes) == nil
        {
            throw violation("it has a line of more than \(Self.lineBytes) bytes")
        }
        let count = min(Self.sliceBytes, unreadBytes)
        guard count > 0 else { return false }
        let start = inboxRead
        let fed = unsafe inbox.span(start..<start + count).withUnsafeBytes { bytes in
            unsafe redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard fed == REDIS_OK else { throw violation() }
        inboxRead = start + count
        return true
    }

    private func violation(_ why: String? = nil) -> RedisError {
        let fault = unsafe building.pointee.fault.map { "\($0)" }
        let parser = unsafe reader.map { unsafe String(cString: lantern_reader_error($0)) }
        let reason = why ?? fault ?? parser ?? "unknown"
        return RedisError(
            .protocolViolation,
            "A reply from Redis cannot be used: \(reason). The connection is closed. "
                + "If it happens again, check what is between this program and Redis, such as a proxy.")
    }
}
