import CMicrohttpd
import Glibc
import Logging
import Synchronization
import System

/// HTTP/1.1 through libmicrohttpd on a thread of its own.
///
/// The library parses, so that what reaches the router is whole and within the limits. It calls on one thread; each pointer
/// that it passes is valid during the call, and a connection's until it is reported as closed.
@safe
final class HTTPServer: @unchecked Sendable {
    /// PEM texts.
    struct Certificate {
        var certificate: String
        var key: String
    }

    let address: ListenAddress
    private let shell: ServerShell
    private let daemon: OpaquePointer
    private let words: UnsafeMutablePointer<lantern_http_words>
    private let stopped: WakeDescriptor
    private let isStopped = Atomic(false)

    /// Takes requests from here on.
    init(
        _ socket: consuming ListenSocket, _ certificate: Certificate?, _ router: Router, limits: ServerLimits,
        _ log: Log
    ) throws {
        address = socket.address
        shell = ServerShell(router, limits, log)
        stopped = try WakeDescriptor()
        unsafe words = .allocate(capacity: 1)
        unsafe words.initialize(to: lantern_http_words())
        let descriptor = socket.release()
        let started = unsafe Self.start(descriptor, certificate, shell, limits, words)
        guard let started = unsafe started else {
            close(descriptor)
            let reason = unsafe Self.text(words)
            unsafe words.deallocate()
            throw GatewayError(
                "The gateway's HTTP server did not start on \(address): \(reason). Check `gateway: { tls: … }` if it is set."
            )
        }
        unsafe daemon = started
        let (shell, stopped) = (shell, stopped)
        do {
            try DetachedThread.start {
                while !stopped.wait(milliseconds: 500) {
                    shell.table.endLate(now: Clock.milliseconds())
                    shell.table.endDeserted()
                }
            }
        } catch {
            stop()
            throw error
        }
    }

    var connections: Int { shell.table.count }

    /// Finishes what is being answered, for a few seconds at most, and closes all connections.
    func stop() {
        guard !isStopped.exchange(true, ordering: .relaxed) else { return }
        stopped.wake()
        let deadline = Deadline(milliseconds: 3_000)
        let isDone =
            shell.pool.stop(deadline: deadline) && shell.awaited.isNone(by: deadline)
            && shell.streams.isNone(by: deadline)
        // The library may not be stopped while a connection is suspended; the process is about to end then.
        guard isDone else { return }
        unsafe MHD_stop_daemon(daemon)
        unsafe words.deallocate()
        unsafe Unmanaged.passUnretained(shell).release()
    }

    private static func text(_ words: UnsafeMutablePointer<lantern_http_words>) -> String {
        let text = unsafe withUnsafeBytes(of: words.pointee.text) { unsafe Array($0.prefix { $0 != 0 }) }
        let line = String(decoding: text, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
        let reason = line.hasSuffix(".") ? String(line.dropLast()) : line
        return reason.isEmpty ? "libmicrohttpd gives no reason" : reason
    }

    /// The library's reference keeps the shell until `stop`.
    private static func start(
        _ listener: Int32, _ certificate: Certificate?, _ shell: ServerShell, _ limits: ServerLimits,
        _ words: UnsafeMutablePointer<lantern_http_words>
    ) -> OpaquePointer? {
        let context = unsafe Unmanaged.passRetained(shell)
        func begin(_ certificate: UnsafePointer<CChar>?, _ key: UnsafePointer<CChar>?) -> OpaquePointer? {
            var options = unsafe lantern_http_options(
                listener: listener, connections: UInt32(limits.connections),
                connections_per_address: UInt32(limits.connectionsPerAddress), memory: 2 * limits.headBytes,
                idle_seconds: UInt32(limits.idleSeconds), certificate: certificate, key: key)
            return unsafe lantern_http_start(
                &options, HTTPCallbacks.access, HTTPCallbacks.completed, HTTPCallbacks.notified, context.toOpaque(),
                words)
        }
        let daemon: OpaquePointer?
        if let certificate {
            unsafe daemon = certificate.certificate.withCString { first in
                unsafe certificate.key.withCString { unsafe begin(first, $0) }
            }
        } else {
            unsafe daemon = begin(nil, nil)
        }
        if unsafe daemon == nil { unsafe context.release() }
        return unsafe daemon
    }
}
