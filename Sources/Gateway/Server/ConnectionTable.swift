import Glibc
import Synchronization

/// Every open connection and until when its present step must be done: libmicrohttpd counts only the time in which
/// nothing at all is sent, so a byte every few seconds would hold a connection for ever.
final class ConnectionTable: Sendable {
    private struct Entry {
        let socket: Int32
        /// Since when a request is awaited; nil while one is answered.
        var waitsSince: Int64?
        /// nil while an answer is being made.
        var deadline: Int64?
        /// Ends the answer, if it goes on.
        var stream: EventStream?
    }

    private let entries = Mutex<[UInt: Entry]>([:])
    private let limits: ServerLimits

    init(_ limits: ServerLimits) { self.limits = limits }

    /// `connection` is its address, and only a name here.
    func open(_ connection: UInt, socket: Int32, now: Int64) {
        entries.withLock {
            $0[connection] = Entry(socket: socket, waitsSince: now, deadline: now + limits.requestMilliseconds)
        }
    }

    /// A request is awaited, the whole of it.
    func awaitRequest(_ connection: UInt, now: Int64) {
        entries.withLock {
            $0[connection]?.waitsSince = now
            $0[connection]?.deadline = now + limits.requestMilliseconds
            $0[connection]?.stream = nil
        }
    }

    /// An answer is being made, or from `sendsSince` on is being sent.
    func answer(_ connection: UInt, sendsSince: Int64?) {
        entries.withLock {
            $0[connection]?.waitsSince = nil
            $0[connection]?.deadline = sendsSince.map { $0 + limits.responseMilliseconds }
        }
    }

    /// An answer goes on.
    func answer(_ connection: UInt, with stream: EventStream) {
        entries.withLock {
            $0[connection]?.waitsSince = nil
            $0[connection]?.deadline = nil
            $0[connection]?.stream = stream
        }
    }

    /// Ends the answers that go on for clients that have left: the library looks at no connection that rests, and each takes a
    /// place of another client.
    func endDeserted() {
        let deserted = entries.withLock { entries in
            let open = entries.filter { $0.value.stream != nil }
            var polls = open.values.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
            guard unsafe poll(&polls, nfds_t(polls.count), 0) > 0 else { return [EventStream]() }
            let left = Set(polls.filter { $0.revents != 0 && Self.isAtEnd($0.fd) }.map(\.fd))
            return open.values.filter { left.contains($0.socket) }.compactMap(\.stream)
        }
        for stream in deserted { stream.end() }
    }

    /// Whether the other end sends nothing more.
    private static func isAtEnd(_ socket: Int32) -> Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count == 0 || count < 0 && errno != EAGAIN && errno != EINTR
    }

    /// Called before the library closes the socket, so that its number cannot be another file's yet.
    func close(_ connection: UInt) {
        entries.withLock { _ = $0.removeValue(forKey: connection) }
    }

    /// Ends the connections whose time is over: the library then reads an end, and closes them. Where more than half of
    /// all places are taken, those that only wait have little time, so that probes come through.
    @discardableResult
    func endLate(now: Int64) -> Int {
        entries.withLock { entries in
            let isCrowded = entries.count * 2 > limits.connections
            let late = entries.filter { _, entry in
                if let deadline = entry.deadline, deadline < now { return true }
                guard isCrowded, let since = entry.waitsSince else { return false }
                return since + limits.crowdedMilliseconds < now
            }
            for (name, entry) in late {
                shutdown(entry.socket, Int32(SHUT_RDWR))
                entries[name]?.waitsSince = nil
                entries[name]?.deadline = nil
            }
            return late.count
        }
    }

    var count: Int { entries.withLock { $0.count } }
}
