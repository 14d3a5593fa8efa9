import Glibc
import Synchronization

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
    /// The thread writes one byte when `outcome` is there. Both ends live as long as this object, so no write can fail.
    private let readEnd: Int32
    private let writeEnd: Int32
    private let outcome = Mutex<Outcome?>(nil)

    private init?(host: String, port: UInt16) {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (self.host, self.port, readEnd, writeEnd) = (host, port, ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// The addresses of `host`, in the order in which the system wants them tried. Numbers are read without a thread.
    static func addresses(
        of host: String, port: UInt16, deadline: Deadline, interrupt: Int32?
    ) throws(RedisError) -> [SocketAddress] {
        if case .found(let numeric) = resolve(host, port, flags: AI_NUMERICHOST) { return numeric }
        guard let lookup = NameLookup(host: host, port: port), lookup.start() else {
            throw RedisError(.unreachable, "Cannot look up \(host): no thread or pipe is available (error \(errno)).")
        }
        try Socket.wait(
            lookup.readEnd, for: POLLIN, deadline: deadline, interrupt: interrupt, doing: "looking up \(host)")
        switch lookup.outcome.withLock({ $0 }) {
        case .found(let addresses): return addresses
        case .failed(let why):
            throw RedisError(
                .unreachable, "The host name \(host) cannot be resolved: \(why). Check its spelling and DNS.")
        case nil: throw RedisError(.unreachable, "The host name \(host) cannot be resolved.")
        }
    }

    private func start() -> Bool {
        var thread = pthread_t()
        // The thread owns one reference and gives it back when it ends.
        let reference = unsafe Unmanaged.passRetained(self)
        let failure = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<NameLookup>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, reference.toOpaque())
        guard failure == 0 else {
            unsafe reference.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private func run() {
        let result = Self.resolve(host, port, flags: 0)
        outcome.withLock { $0 = result }
        var byte: UInt8 = 1
        _ = unsafe write(writeEnd, &byte, 1)
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
