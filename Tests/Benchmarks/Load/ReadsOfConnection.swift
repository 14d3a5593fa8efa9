import Dispatch
import Glibc
import System

/// One connection's part of ``PacedReads``, on a thread of its own: `lines` belong to it until `done` is signalled.
final class ReadsOfConnection: @unchecked Sendable {
    private let port: UInt16
    private let rate: Double
    private let seconds: Int
    private var random = Randomness()
    private let done = DispatchSemaphore(value: 0)
    private var lines: [String] = []
    private var fault: (any Error)?

    init(port: UInt16, rate: Double, seconds: Int, number: Int) {
        self.port = port
        self.rate = rate
        self.seconds = seconds
        for _ in 0..<number * 1_000 { _ = random.next() }
    }

    /// Its requests' lines, when it has ended.
    func wait() throws -> [String] {
        done.wait()
        if let fault { throw fault }
        return lines
    }

    func start() throws {
        try DetachedThread.start { [self] in
            do { try run() } catch { fault = error }
            done.signal()
        }
    }

    private func run() throws {
        let socket = try connect()
        defer { close(socket) }
        let end = Self.now() + Int64(seconds) * 1_000_000_000
        var due = Self.now()
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            due += gap()
            if due >= end { return }
            var begun = due
            while begun == due, due > Self.now() {
                let left = due - Self.now()
                if left > 0 { usleep(UInt32((left + 999) / 1_000)) }
                // It was free when the request was due: that it woke late is no time of the server's.
                if Self.now() >= due { begun = Self.now() }
            }
            let status = try ask(over: socket, &buffer)
            lines.append("\(status) \((Self.now() - begun) / 1_000)")
        }
    }

    private func ask(over socket: Int32, _ buffer: inout [UInt8]) throws -> Int {
        let path = "/v1/views/orders/order/o-\(random.below(200_000))"
        let request = Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n".utf8)
        guard unsafe send(socket, request, request.count, 0) == request.count else { throw ToolError("send: \(errno)") }
        var filled = 0
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe recv(socket, bytes.baseAddress! + filled, bytes.count - filled, 0)
            }
            guard count > 0 else { throw ToolError("a connection was closed, or an answer is too long") }
            filled += count
            if let status = Self.status(of: buffer[..<filled]) { return status }
        }
    }

    /// The status of an answer that is there as a whole; nil before.
    private static func status(of bytes: ArraySlice<UInt8>) -> Int? {
        func number(at start: Int) -> Int {
            bytes[start...].prefix { (0x30...0x39).contains($0) }.reduce(0) { $0 * 10 + Int($1) - 0x30 }
        }
        guard let head = end(of: "\r\n\r\n", in: bytes), let length = end(of: "Content-Length: ", in: bytes),
            bytes.endIndex - head >= number(at: length)
        else { return nil }
        return number(at: 9)
    }

    private static func end(of words: String, in bytes: ArraySlice<UInt8>) -> Int? {
        let first = words.utf8.first
        return bytes.indices.first { bytes[$0] == first && bytes[$0...].starts(with: words.utf8) }
            .map { $0 + words.utf8.count }
    }

    /// Nanoseconds to the next request: as for events that have nothing to do with each other.
    private func gap() -> Int64 {
        let part = (Double(random.next() >> 11) + 1) * 0x1p-53
        return Int64(-log(part) * 1e9 / rate)
    }

    private static func now() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private func connect() throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe Glibc.connect(socket, $0, size) }
        }
        guard code == 0 else { throw ToolError("nobody listens at 127.0.0.1:\(port)") }
        var one: Int32 = 1
        unsafe setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        return socket
    }
}
