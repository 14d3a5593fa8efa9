import Glibc
import System

/// One GET of a gateway with a deadline, over HTTP or HTTPS.
public enum HTTPProbe {
    public struct Address: Sendable, Equatable {
        public let host: String
        public let port: UInt16
        public let path: String
        public let usesTLS: Bool

        /// `http://HOST:PORT/PATH` or `https://…`; the path is `/health` and the port the scheme's own unless they are there.
        public init?(_ text: String) {
            usesTLS = text.hasPrefix("https://")
            guard usesTLS || text.hasPrefix("http://") else { return nil }
            let rest = text.dropFirst(usesTLS ? 8 : 7)
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            let place = rest[..<slash]
            let path = String(rest[slash...])
            guard path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
            self.path = path.isEmpty ? "/health" : path
            var host = place[...]
            var port: Substring = usesTLS ? "443" : "80"
            if let colon = place.lastIndex(of: ":"), !place.hasSuffix("]") {
                host = place[..<colon]
                port = place[place.index(after: colon)...]
            }
            if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
            guard let number = UInt16(port), !host.isEmpty, !host.contains("@"), !host.contains(" ") else { return nil }
            self.host = String(host)
            self.port = number
        }
    }

    public struct Answer: Sendable {
        public let status: Int
        public let body: [UInt8]
    }

    public struct Failure: Error {
        public let message: String
    }

    /// An answer may have so many bytes.
    private static let longest = 1 << 20

    /// Asks, and returns what was answered, whatever its status. With TLS the certificate must be valid for the host; it is
    /// trusted through the PEM file `authority`, or the system's authorities if that is nil.
    public static func ask(
        _ address: Address, authority: String? = nil, timeoutMilliseconds: Int
    ) throws(Failure) -> Answer {
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        let descriptor = try connect(address, deadline)
        defer { close(descriptor) }
        let host = address.host.contains(":") ? "[\(address.host)]" : address.host
        let request = "GET \(address.path) HTTP/1.1\r\nHost: \(host):\(address.port)\r\nConnection: close\r\n\r\n"
        let bytes =
            address.usesTLS
            ? try exchangeSecurely(descriptor, request, address, authority, deadline)
            : try exchange(descriptor, request, address, deadline)
        return try answer(bytes, address)
    }

    private static func exchange(
        _ descriptor: Int32, _ request: String, _ address: Address, _ deadline: Deadline
    ) throws(Failure) -> [UInt8] {
        let sent = unsafe Array(request.utf8).withUnsafeBytes {
            unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard sent == request.utf8.count else { throw failure(address, "the connection was closed") }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < longest {
            guard Readiness.wait(descriptor, milliseconds: deadline.remainingMilliseconds) else {
                throw failure(address, "no answer came in time")
            }
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count <= 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    private static func exchangeSecurely(
        _ descriptor: Int32, _ request: String, _ address: Address, _ authority: String?, _ deadline: Deadline
    ) throws(Failure) -> [UInt8] {
        do throws(TLSClient.Failure) {
            var client = try TLSClient(descriptor, host: address.host, authority: authority)
            try client.handshake(deadline)
            try client.send(Array(request.utf8), deadline)
            var bytes: [UInt8] = []
            while bytes.count < longest {
                let chunk = try client.receive(upTo: 16_384, deadline)
                if chunk.isEmpty { break }
                bytes += chunk
            }
            return bytes
        } catch {
            throw failure(address, error.reason)
        }
    }

    private static func answer(_ bytes: [UInt8], _ address: Address) throws(Failure) -> Answer {
        let text = String(decoding: bytes, as: UTF8.self)
        let words = text.prefix { $0 != "\r\n" }.split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]),
            let end = text.firstRange(of: "\r\n\r\n")
        else { throw failure(address, "what answered there speaks no HTTP") }
        return Answer(status: status, body: Array(text[end.upperBound...].utf8))
    }

    private static func connect(_ address: Address, _ deadline: Deadline) throws(Failure) -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(address.host, "\(address.port)", &hints, &found) == 0 else {
            throw failure(address, "the name \(address.host) is not known")
        }
        defer { unsafe freeaddrinfo(found) }
        var reason = "the name has no address"
        var next = unsafe found
        while let candidate = unsafe next {
            let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
            let descriptor = unsafe socket(candidate.pointee.ai_family, type, 0)
            if descriptor >= 0 {
                let code = unsafe Glibc.connect(
                    descriptor, candidate.pointee.ai_addr, candidate.pointee.ai_addrlen)
                let fault = code == 0 ? 0 : errno == EINPROGRESS ? outcome(descriptor, deadline) : errno
                if fault == 0 { return descriptor }
                reason = unsafe String(cString: strerror(fault))
                close(descriptor)
            }
            unsafe next = candidate.pointee.ai_next
        }
        throw failure(address, reason)
    }

    /// The error number with which a connection began or did not.
    private static func outcome(_ descriptor: Int32, _ deadline: Deadline) -> Int32 {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&request, 1, Int32(clamping: deadline.remainingMilliseconds)) > 0 else { return ETIMEDOUT }
        var fault: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &fault, &length)
        return fault
    }

    private static func failure(_ address: Address, _ reason: String) -> Failure {
        Failure(
            message:
                "\(address.usesTLS ? "https" : "http")://\(address.host):\(address.port)\(address.path) could not be asked: \(reason). Check that `lantern run` with `gateway`, or `lantern serve`, listens there."
        )
    }
}
