import Glibc
import System

/// A socket that is bound and listens; closed with this value unless it was handed over.
struct ListenSocket: ~Copyable {
    /// -1 when it was handed over.
    private(set) var descriptor: Int32
    /// With the port that the system chose, if the address had 0.
    let address: ListenAddress

    /// Binds and listens; `[::]` takes IPv4 as well.
    init(_ address: ListenAddress) throws(GatewayError) {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.isIPv6 ? AF_INET6 : AF_INET, type, 0)
        guard descriptor >= 0 else { throw Self.failure(address, errno) }
        func set(_ level: Int32, _ option: Int32, _ value: Int32) {
            var value = value
            unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        set(SOL_SOCKET, SO_REUSEADDR, 1)
        if address.isIPv6 { set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
        guard Self.bind(descriptor, address) == 0, listen(descriptor, 128) == 0 else {
            let code = errno
            close(descriptor)
            throw Self.failure(address, code)
        }
        self.descriptor = descriptor
        self.address = address.with(port: Self.port(of: descriptor) ?? address.port)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The caller closes it.
    mutating func release() -> Int32 {
        defer { descriptor = -1 }
        return descriptor
    }

    private static func bind(_ descriptor: Int32, _ address: ListenAddress) -> Int32 {
        if address.isIPv6 {
            var target = sockaddr_in6()
            target.sin6_family = sa_family_t(AF_INET6)
            target.sin6_port = address.port.bigEndian
            unsafe inet_pton(AF_INET6, address.host, &target.sin6_addr)
            return bind(descriptor, target)
        }
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = address.port.bigEndian
        unsafe inet_pton(AF_INET, address.host, &target.sin_addr)
        return bind(descriptor, target)
    }

    private static func bind<Address>(_ descriptor: Int32, _ address: Address) -> Int32 {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    private static func port(of descriptor: Int32) -> UInt16? {
        var room = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let code = unsafe withUnsafeMutablePointer(to: &room) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        // The port is in the same place in both families.
        return code == 0 ? UInt16(bigEndian: room.sin6_port) : nil
    }

    private static func failure(_ address: ListenAddress, _ code: Int32) -> GatewayError {
        let reason = unsafe String(cString: strerror(code))
        let remedy =
            switch code {
            case EADDRINUSE: "Another program listens there: choose another port under `gateway: { listen: … }`."
            case EACCES: "Ports below 1024 need a privilege: choose a higher one."
            case EADDRNOTAVAIL: "This machine does not have the address: use one that it has, 127.0.0.1 or 0.0.0.0."
            default: "Check `gateway: { listen: … }`."
            }
        return GatewayError("The gateway cannot listen on \(address): \(reason). \(remedy)")
    }
}
