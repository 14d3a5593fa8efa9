import Glibc
import System

/// The blocking parts of a connection's life, each with a deadline and an optional descriptor that interrupts it.
enum Socket {
    /// Connects to `endpoint`, trying each address of a name in turn; the descriptor is non-blocking and the caller's to close.
    static func connect(
        to address: RedisAddress, deadline: Deadline, interrupt: Int32?
    ) throws(RedisError) -> Int32 {
        switch address.endpoint {
        case .unix(let path):
            return try connect(
                SocketAddress(unixPath: path), what: "\(address)", deadline: deadline, interrupt: interrupt)
        case .sentinel(let group):
            throw RedisError(
                .invalidOptions, "The sentinels of \(group.master) must be asked first where the master is.")
        case .tcp(let host, let port):
            let found = try NameLookup.addresses(of: host, port: port, deadline: deadline, interrupt: interrupt)
            var failures: [RedisError] = []
            for (index, candidate) in found.enumerated() {
                do {
                    return try connect(
                        candidate, what: "\(address)", deadline: deadline.share(of: found.count - index),
                        interrupt: interrupt)
                } catch {
                    if error.kind == .interrupted { throw error }
                    failures.append(error)
                }
            }
            throw failures.last ?? RedisError(.unreachable, "\(address): its name has no address.")
        }
    }

    private static func connect(
        _ candidate: SocketAddress, what: String, deadline: Deadline, interrupt: Int32?
    ) throws(RedisError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(candidate.family, type, 0)
        guard descriptor >= 0 else { throw unreachable(what, errno) }
        do throws(RedisError) {
            if candidate.family != AF_UNIX { configure(descriptor) }
            if candidate.connect(descriptor) != 0 {
                guard errno == EINPROGRESS || errno == EINTR else { throw unreachable(what, errno) }
                try wait(
                    descriptor, for: POLLOUT, deadline: deadline, interrupt: interrupt, doing: "connecting to \(what)")
                var failure: Int32 = 0
                var length = socklen_t(MemoryLayout<Int32>.size)
                unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &length)
                guard failure == 0 else { throw unreachable(what, failure) }
            }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Answers at once go out at once, and a dead peer is noticed by the kernel too.
    private static func configure(_ descriptor: Int32) {
        func set(_ level: Int32, _ option: Int32, _ value: Int32) {
            var value = value
            unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 15)
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 5)
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
    }

    private static func unreachable(_ what: String, _ code: Int32) -> RedisError {
        let text = unsafe String(cString: strerror(code))
        return RedisError(.unreachable, "No connection to Redis at \(what): \(text). \(remedy(code))")
    }

    /// What to do about an error of the system's.
    static func remedy(_ code: Int32) -> String {
        code == EMFILE || code == ENFILE
            ? "This process may not open more files and sockets: raise its limit (`ulimit -n`, `LimitNOFILE` of systemd)."
            : "Check that Redis is running and listening there."
    }

    /// Waits in `poll(2)` until `descriptor` is ready for `events` (POLLIN, POLLOUT) or has failed.
    static func wait(
        _ descriptor: Int32, for events: Int32, deadline: Deadline, interrupt: Int32?, doing: String
    ) throws(RedisError) {
        while true {
            var set = [pollfd(fd: descriptor, events: Int16(events), revents: 0)]
            if let interrupt { set.append(pollfd(fd: interrupt, events: Int16(POLLIN), revents: 0)) }
            let ready = unsafe poll(&set, nfds_t(set.count), Int32(clamping: deadline.remainingMilliseconds))
            if ready < 0 {
                guard errno == EINTR else {
                    throw RedisError(.closed, "poll(2) failed while \(doing): error \(errno).")
                }
            } else if ready == 0 {
                if deadline.hasPassed {
                    throw RedisError(.timeout, "Timed out while \(doing). The connection is closed.")
                }
            } else if set.count > 1, set[1].revents != 0 {
                throw RedisError(.interrupted, "Interrupted while \(doing).")
            } else {
                return
            }
        }
    }
}

/// An address that the kernel understands.
struct SocketAddress: Sendable {
    let family: Int32
    private let bytes: [UInt8]

    init(family: Int32, bytes: [UInt8]) {
        self.family = family
        self.bytes = bytes
    }

    /// `path` has at most 107 bytes (``RedisAddress`` sees to it).
    init(unixPath path: String) {
        family = AF_UNIX
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            unsafe room.copyBytes(from: path.utf8.prefix(room.count - 1))
        }
        bytes = unsafe withUnsafeBytes(of: &address) { unsafe Array($0) }
    }

    /// What `connect(2)` returns.
    func connect(_ descriptor: Int32) -> Int32 {
        unsafe bytes.withUnsafeBytes { raw in
            guard let address = unsafe raw.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
            return unsafe Glibc.connect(descriptor, address, socklen_t(raw.count))
        }
    }
}
