import System

#if REDIS_TLS
    import CHiredis
    import Glibc

    /// TLS over a connected descriptor, through hiredis_ssl.
    ///
    /// hiredis' context owns the OpenSSL session; it closes neither more nor less than that when it is freed, and the
    /// descriptor with it.
    @safe
    final class TLSSession {
        private let context: UnsafeMutablePointer<redisContext>

        /// Takes `descriptor` (closed by this session from here on, on failure too) and shakes hands.
        init(
            descriptor: Int32, host: String, files: RedisOptions.TLS, deadline: Deadline, interrupt: Int32?
        ) throws(RedisError) {
            // OpenSSL writes with write(2), which cannot be told not to raise it.
            signal(SIGPIPE, SIG_IGN)
            guard let context = unsafe redisConnectFd(descriptor), unsafe context.pointee.err == 0 else {
                close(descriptor)
                throw RedisError(.unreachable, "hiredis could not begin TLS with \(host).")
            }
            unsafe self.context = context
            unsafe context.pointee.flags &= ~REDIS_BLOCK
            let session = unsafe try Self.session(host: host, files: files)
            guard unsafe redisInitiateSSL(context, session) == REDIS_OK else {
                // hiredis tries the handshake at once, and a fast server may have replied already.
                let why = unsafe String(cString: lantern_tls_refusal(session) ?? lantern_context_error(context))
                unsafe SSL_free(session)
                throw RedisError(
                    .unreachable,
                    "The TLS handshake with \(host) failed: \(why). Check the certificate's name and authority.")
            }
            unsafe try Self.shakeHands(session, descriptor, host: host, deadline: deadline, interrupt: interrupt)
        }

        deinit { unsafe redisFree(context) }

        private static func session(host: String, files: RedisOptions.TLS) throws(RedisError) -> OpaquePointer {
            var step: UnsafePointer<CChar>?
            let session = unsafe lantern_tls_session(files.ca, files.certificate, files.key, host, &step)
            guard let session = unsafe session else {
                let failed = unsafe step.map { unsafe String(cString: $0) } ?? "begin"
                throw RedisError(
                    .invalidOptions, "TLS to \(host): could not \(failed). Check the files under `tls` (PEM, readable)."
                )
            }
            return unsafe session
        }

        private static func shakeHands(
            _ session: OpaquePointer, _ descriptor: Int32, host: String, deadline: Deadline, interrupt: Int32?
        ) throws(RedisError) {
            while true {
                var wantsWrite: Int32 = 0
                var text = [CChar](repeating: 0, count: 256)
                let result = unsafe lantern_tls_handshake(session, &wantsWrite, &text, text.count)
                if result == 1 { return }
                guard result == 0 else {
                    let end = text.firstIndex(of: 0) ?? text.count
                    let why = String(decoding: text[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
                    throw RedisError(
                        .unreachable,
                        "The TLS handshake with \(host) failed: \(why). Check the certificate's name and authority.")
                }
                try Socket.wait(
                    descriptor, for: wantsWrite != 0 ? POLLOUT : POLLIN, deadline: deadline, interrupt: interrupt,
                    doing: "performing the TLS handshake with \(host)")
            }
        }

        /// Bytes read; 0 when it would block; nil when the connection is gone.
        func read(into room: UnsafeMutableRawBufferPointer) -> Int? {
            let base = unsafe room.baseAddress?.assumingMemoryBound(to: CChar.self)
            let count = unsafe lantern_tls_read(context, base, room.count)
            return count < 0 ? nil : count
        }

        /// After `read` or `write` returned nil: why the other side ended the session, if it said so. With TLS 1.3 it
        /// judges the client's certificate only after the handshake.
        func alert() -> String? {
            var text = unsafe lantern_tls_alert()
            if unsafe text == nil {
                // A write fails without a reason while the alert still waits to be read.
                var byte: CChar = 0
                _ = unsafe lantern_tls_read(context, &byte, 1)
                unsafe text = lantern_tls_alert()
            }
            return unsafe text.map { unsafe String(cString: $0) }
        }

        /// Whether bytes were taken that the network has not.
        var hasPendingOutput: Bool { unsafe lantern_pending_output(context) > 0 }

        /// Takes what it can of `bytes`; 0 when it would block; nil when the connection is gone.
        func write(_ bytes: UnsafeRawBufferPointer) -> Int? {
            var done: Int32 = 0
            if hasPendingOutput {
                guard unsafe redisBufferWrite(context, &done) == REDIS_OK else { return nil }
                if hasPendingOutput { return 0 }
            }
            let count = min(bytes.count, 65_536)
            guard count > 0 else { return 0 }
            let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            guard unsafe redisAppendFormattedCommand(context, base, count) == REDIS_OK,
                unsafe redisBufferWrite(context, &done) == REDIS_OK
            else { return nil }
            return count
        }
    }
#endif
