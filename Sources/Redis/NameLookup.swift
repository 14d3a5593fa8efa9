import Glibc
import Synchronization
import System

/// A name being resolved on a thread of its own, since `getaddrinfo` has neither a deadline nor an interrupt.
///
/// After it was given up, the thread ends when the system's resolver does, and frees what is here.
final class NameLookup: Sendable {
    private enum Outcome {
        case found([SocketAddress])
        case failed(String)
    }

    private let host: String
    private let port: UInt16
    /// Woken when `outcome` is there.
    private let done: WakeDescriptor
    private let outcome = Mutex<Outcome?>(nil)

    private init(host: String, port: UInt16) throws(SystemError) {
        (self.host, self.port, done) = (host, port, try WakeDescriptor())
    }

    /// The addresses of `host`, in the order in which the system wants them tried. Numbers are read without a thread.
    static func addresses(
        of host: String, port: UInt16, deadline: Deadline, interrupt: Int32?
    ) throws(RedisError) -> [SocketAddress] {
        if case .found(let numeric) = resolve(host, port, flags: AI_NUMERICHOST) { return numeric }
        let lookup = try start(host, port)
        try Socket.wait(
            lookup.done.descriptor, for: POLLIN, deadline: deadline, interrupt: interrupt, doing: "looking up \(host)")
        switch lookup.outcome.withLock({ $0 }) {
        case .found(let addresses): return addresses
        case .failed(let why):
            throw RedisError(
                .unreachable, "The host name \(host) cannot be resolved: \(why). Check its spelling and DNS.")
        case nil: throw RedisError(.unreachable, "The host name \(host) cannot be resolved.")
        }
    }

    private static func start(_ host: String, _ port: UInt16) throws(RedisError) -> NameLookup {
        do throws(SystemError) {
            let lookup = try NameLookup(host: host, port: port)
            try DetachedThread.start { lookup.run() }
            return lookup
        } catch {
            throw RedisError(
                .unreachable, "Cannot look up \(host): the system refused a thread or descriptor (\(error)).")
        }
    }

    private func run() {
        let result = Self.resolve(host, port, flags: 0)
        outcome.withLock { $0 = result }
        done.wake()
    }

    private static func resolve(_ host: String, _ port: UInt16, flags: Int32) -> Outcome {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = flags
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = unsafe getaddrinfo(host, "\(port)", &hints, &list)
        guard failure == 0 else { return .failed(unsafe String(cString: gai_strerror(failure))) }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next?.pointee {
            if let address = unsafe entry.ai_addr {
                let raw = unsafe UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
                addresses.append(unsafe SocketAddress(family: entry.ai_family, bytes: Array(raw)))
            }
            unsafe next = entry.ai_next
        }
        return addresses.isEmpty ? .failed("it has no address") : .found(addresses)
    }
}
