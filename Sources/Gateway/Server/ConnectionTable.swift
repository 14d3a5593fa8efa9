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
        }
    }

    /// An answer is being made, or from `sendsSince` on is being sent.
    func answer(_ connection: UInt, sendsSince: Int64?) {
        entries.withLock {
            $0[connection]?.waitsSince = nil
            $0[connection]?.deadline = sendsSince.map { $0 + limits.responseMilliseconds }
        }
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
