import Bytes
import Glibc
import System

/// One connection to a Redis server, owned by one thread.
///
/// After an error of any kind but ``RedisError/Kind/server(_:)`` it is closed: a late reply can never be taken for the
/// reply to something else. It never reconnects; open a new one.
public struct RedisConnection: ~Copyable {
    /// How it was opened.
    public let options: RedisOptions
    /// The server that it is to: with Sentinel, the one that was the master when it was opened.
    public let server: RedisAddress
    /// The socket, for `poll(2)`; -1 once closed.
    public private(set) var descriptor: Int32
    private var reader: ReplyReader
    #if REDIS_TLS
        private var tls: TLSSession?
    #endif

    private static let receiveBytes = 65_536
    private static let inboxBytes = 1 << 20

    /// Name, connection and TLS, no command yet; see ``open(_:interrupt:)``.
    init(connecting options: RedisOptions, to server: RedisAddress, interrupt: Int32?) throws(RedisError) {
        #if !REDIS_TLS
            if server.usesTLS { throw Self.noTLS(server) }
        #endif
        let deadline = Deadline(milliseconds: options.connectTimeoutMilliseconds)
        let descriptor = try Socket.connect(to: server, deadline: deadline, interrupt: interrupt)
        #if REDIS_TLS
            var session: TLSSession? = nil
            if server.usesTLS, case .tcp(let host, _) = server.endpoint {
                session = try TLSSession(
                    descriptor: descriptor, host: host, files: options.tls, deadline: deadline, interrupt: interrupt)
            }
            tls = session
        #endif
        self.options = options
        self.server = server
        self.descriptor = descriptor
        reader = ReplyReader(limits: options.replyLimits)
    }

    deinit { release() }

    static func noTLS(_ address: RedisAddress) -> RedisError {
        RedisError(
            .noTLS,
            "\(address) needs TLS, but this build's hiredis does not have it (Debian 12 has 0.14). "
                + "Build on Debian 13 or Ubuntu 24.04 (hiredis 1.2), or use redis:// through stunnel.")
    }

    /// Whether it can still be used.
    public var isOpen: Bool { descriptor >= 0 }

    /// Whether `write` took bytes that the network has not (TLS only): wait for POLLOUT and call ``flush()``.
    public var hasPendingOutput: Bool {
        #if REDIS_TLS
            isOpen ? tls?.hasPendingOutput ?? false : false
        #else
            false
        #endif
    }

    /// Throws the connection away.
    public mutating func close() {
        release()
        descriptor = -1
        #if REDIS_TLS
            tls = nil
        #endif
    }

    /// Closes the descriptor unless TLS owns it.
    private func release() {
        #if REDIS_TLS
            if tls != nil { return }
        #endif
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    /// Closes and hands on the error.
    mutating func failed(_ error: RedisError) -> RedisError {
        close()
        return error
    }

    private func gone(_ doing: String, _ code: Int32) -> RedisError {
        var why = code == 0 ? "the server closed the connection" : unsafe String(cString: strerror(code))
        #if REDIS_TLS
            if let alert = tls?.alert() {
                why = "the server ended the TLS session (\(alert)). Check `cert` and `key` under `tls`"
            }
        #endif
        return RedisError(.closed, "The connection to \(server) was lost while \(doing): \(why).")
    }

    /// The connection is gone, and `text` is the error that the server sent before.
    func closedWith(_ text: [UInt8]) -> RedisError {
        let said = text.span.extracting(first: 512).readable
        return RedisError(.closed, "Redis at \(server) refused the connection and closed it: \(said)")
    }

    private func ensureOpen() throws(RedisError) {
        guard isOpen else {
            throw RedisError(.closed, "The connection to \(server) is already closed. Open a new one.")
        }
    }

    /// Sends what fits without blocking and returns how many bytes were taken, 0 if it would block.
    public mutating func write(_ bytes: Span<UInt8>) throws(RedisError) -> Int {
        try ensureOpen()
        guard bytes.count > 0 else { return 0 }
        #if REDIS_TLS
            if tls != nil {
                guard let taken = unsafe bytes.withUnsafeBytes({ unsafe tls?.write($0) ?? nil }) else {
                    throw failed(gone("writing", errno))
                }
                return taken
            }
        #endif
        while true {
            let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
            let sent = unsafe bytes.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, flags) }
            if sent >= 0 { return sent }
            if errno == EAGAIN || errno == EWOULDBLOCK { return 0 }
            if errno != EINTR {
                let code = errno
                throw failed(lastWords() ?? gone("writing", code))
            }
        }
    }

    /// The error reply that the server sent before it closed the connection, if any: the reason for closing.
    private mutating func lastWords() -> RedisError? {
        var reply = Reply()
        do throws(RedisError) {
            _ = try receive()
            while try nextReply(&reply) {
                guard case .error(let text) = reply.value else { continue }
                return closedWith(text)
            }
        } catch {}
        return nil
    }

    /// Sends on what TLS still holds of bytes that `write` took.
    public mutating func flush() throws(RedisError) {
        try ensureOpen()
        #if REDIS_TLS
            if tls != nil {
                let nothing = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
                if unsafe (tls?.write(nothing) ?? nil) == nil { throw failed(gone("writing", errno)) }
            }
        #endif
    }

    /// Reads what is there, at most 64 KiB, without blocking; returns whether anything came.
    ///
    /// Call it, and ``nextReply(_:)`` after it, until it returns false: only then is the descriptor worth waiting for
    /// (TLS may hold bytes of which `poll(2)` knows nothing). While a mebibyte is unread it reads nothing and returns
    /// true.
    public mutating func receive() throws(RedisError) -> Bool {
        try ensureOpen()
        if reader.unreadBytes >= Self.inboxBytes { return true }
        var failure: Int32?
        let descriptor = descriptor
        let count = unsafe reader.append(upTo: Self.receiveBytes) { room in
            #if REDIS_TLS
                if tls != nil {
                    guard let count = unsafe tls?.read(into: room) ?? nil else {
                        failure = 0
                        return 0
                    }
                    return count
                }
            #endif
            while true {
                let count = unsafe recv(descriptor, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
                if count > 0 { return count }
                if count == 0 {
                    failure = 0
                    return 0
                }
                if errno == EAGAIN || errno == EWOULDBLOCK { return 0 }
                if errno != EINTR {
                    failure = errno
                    return 0
                }
            }
        }
        if let failure { throw failed(gone("reading", failure)) }
        return count > 0
    }

    /// Takes the `+QUEUED` that come next, at most `limit`; returns how many these were.
    public mutating func takeQueued(upTo limit: Int) -> Int { reader.takeQueued(upTo: limit) }

    /// Puts the next whole reply into `reply`; false, and `reply` untouched, if more must be received first.
    public mutating func nextReply(_ reply: inout Reply) throws(RedisError) -> Bool {
        try ensureOpen()
        do {
            return try reader.next(into: &reply)
        } catch {
            throw failed(RedisError(error.kind, "\(server): \(error.message)"))
        }
    }
}
