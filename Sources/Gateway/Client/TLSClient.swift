import CGnuTLS
import Glibc
import System

/// The client's side of TLS on a connected socket, for probes of a gateway that serves HTTPS.
@safe
struct TLSClient: ~Copyable {
    struct Failure: Error { let reason: String }

    private var tls = unsafe lantern_tls()
    private let descriptor: Int32

    /// Prepares a session; the socket stays the caller's. `authority` is a PEM file, nil the system's authorities.
    init(_ descriptor: Int32, host: String, authority: String?) throws(Failure) {
        self.descriptor = descriptor
        let isName = !ListenAddress.isAddress(host, ofIPv6: false) && !ListenAddress.isAddress(host, ofIPv6: true)
        let code = unsafe lantern_tls_open(&tls, descriptor, host, isName ? 1 : 0, authority)
        if code < 0 {
            let words = unsafe String(cString: gnutls_strerror(code))
            throw Failure(reason: authority.map { "the certificates in \($0) cannot be used: \(words)" } ?? words)
        }
    }

    deinit {
        var tls = unsafe tls
        unsafe lantern_tls_close(&tls)
    }

    /// Agrees on keys, and checks the server's certificate and its name.
    mutating func handshake(_ deadline: Deadline) throws(Failure) {
        while true {
            let code = unsafe gnutls_handshake(tls.session)
            if code == GNUTLS_E_SUCCESS { return }
            if code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED {
                try wait(deadline)
                continue
            }
            if gnutls_error_is_fatal(code) != 0 { throw Failure(reason: reason(code)) }
        }
    }

    private mutating func reason(_ code: Int32) -> String {
        var words = [CChar](repeating: 0, count: 512)
        unsafe lantern_tls_reason(&tls, &words, words.count)
        let refused = String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if refused.isEmpty { return unsafe String(cString: gnutls_strerror(code)) }
        return String(refused.reversed().drop { $0 == " " || $0 == "." }.reversed())
    }

    mutating func send(_ bytes: [UInt8], _ deadline: Deadline) throws(Failure) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe gnutls_record_send(tls.session, raw.baseAddress! + sent, raw.count - sent)
            }
            if count > 0 { sent += count } else { try retry(count, deadline) }
        }
    }

    /// Up to `count` bytes; empty at the end.
    mutating func receive(upTo count: Int, _ deadline: Deadline) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        while true {
            let got = unsafe bytes.withUnsafeMutableBytes { raw in
                unsafe gnutls_record_recv(tls.session, raw.baseAddress, raw.count)
            }
            if got > 0 { return Array(bytes[..<got]) }
            // A server that closes without saying so: what came is judged by its length.
            if got == 0 || got == Int(GNUTLS_E_PREMATURE_TERMINATION) { return [] }
            try retry(got, deadline)
        }
    }

    private mutating func retry(_ code: Int, _ deadline: Deadline) throws(Failure) {
        guard code == Int(GNUTLS_E_AGAIN) || code == Int(GNUTLS_E_INTERRUPTED) else {
            throw Failure(reason: reason(Int32(clamping: code)))
        }
        try wait(deadline)
    }

    private func wait(_ deadline: Deadline) throws(Failure) {
        let wantsToWrite = unsafe gnutls_record_get_direction(tls.session) == 1
        var request = pollfd(fd: descriptor, events: Int16(wantsToWrite ? POLLOUT : POLLIN), revents: 0)
        if unsafe poll(&request, 1, Int32(clamping: deadline.remainingMilliseconds)) > 0 { return }
        throw Failure(reason: "no answer came in time")
    }
}
