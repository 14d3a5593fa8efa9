import Glibc

/// A blocking connection to Redis that speaks plain RESP: enough to read all keys and to send prepared commands.
public final class RedisReader {
    public enum Address: Sendable {
        /// An IPv4 address in numbers.
        case tcp(String, UInt16)
        case unix(String)
    }

    public enum Reply: Sendable, Equatable {
        case text([UInt8])
        case status(String)
        case error(String)
        case integer(Int)
        case array([Reply])
        case null
    }

    public struct Failure: Error, CustomStringConvertible {
        public var description: String
    }

    private let socket: Int32
    private var buffer: [UInt8] = []
    private var position = 0
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)

    public init(_ address: Address) throws(Failure) {
        switch address {
        case .tcp(let host, let port):
            socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var to = sockaddr_in()
            to.sin_family = sa_family_t(AF_INET)
            to.sin_port = port.bigEndian
            guard unsafe inet_pton(AF_INET, host, &to.sin_addr) == 1 else {
                throw Failure(description: "no IPv4 address: \(host)")
            }
            let length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let file = socket
            let status = unsafe withUnsafeBytes(of: &to) { bytes in
                unsafe connect(file, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), length)
            }
            guard status == 0 else { throw Failure(description: "cannot connect to \(host):\(port), errno \(errno)") }
        case .unix(let path):
            socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var to = sockaddr_un()
            to.sun_family = sa_family_t(AF_UNIX)
            let fits = unsafe withUnsafeMutableBytes(of: &to.sun_path) { bytes in
                guard path.utf8.count < bytes.count else { return false }
                unsafe bytes.copyBytes(from: path.utf8)
                return true
            }
            guard fits else { throw Failure(description: "path too long: \(path)") }
            let length = socklen_t(MemoryLayout<sockaddr_un>.size)
            let file = socket
            let status = unsafe withUnsafeBytes(of: &to) { bytes in
                unsafe connect(file, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), length)
            }
            guard status == 0 else { throw Failure(description: "cannot connect to \(path), errno \(errno)") }
        }
    }

    deinit { _ = close(socket) }

    /// Sends commands one behind the other and reads as many replies.
    public func pipeline(_ commands: [[[UInt8]]]) throws(Failure) -> [Reply] {
        var bytes: [UInt8] = []
        for command in commands { Self.encode(command, into: &bytes) }
        return try exchange(bytes, replies: commands.count)
    }

    /// Sends one command.
    public func command(_ words: String...) throws(Failure) -> Reply {
        try pipeline([words.map { Array($0.utf8) }])[0]
    }

    /// Sends bytes as they are and reads that many replies.
    public func exchange(_ bytes: [UInt8], replies: Int) throws(Failure) -> [Reply] {
        try send(bytes)
        var result: [Reply] = []
        result.reserveCapacity(replies)
        for _ in 0..<replies { result.append(try reply()) }
        return result
    }

    static func encode(_ words: [[UInt8]], into bytes: inout [UInt8]) {
        bytes += Array("*\(words.count)\r\n".utf8)
        for word in words {
            bytes += Array("$\(word.count)\r\n".utf8)
            bytes += word
            bytes += [13, 10]
        }
    }

    private func send(_ bytes: [UInt8]) throws(Failure) {
        var sent = 0
        while sent < bytes.count {
            let file = socket
            let start = sent
            let count = unsafe bytes.withUnsafeBytes { all in
                unsafe Glibc.send(
                    file, all.baseAddress.map { unsafe $0 + start }, bytes.count - start, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(description: "cannot send, errno \(errno)") }
            sent += count
        }
    }

    private func fill() throws(Failure) {
        if position > 1 << 20 || position == buffer.count {
            buffer.removeFirst(position)
            position = 0
        }
        while true {
            let file = socket
            let count = unsafe chunk.withUnsafeMutableBytes { bytes in
                unsafe recv(file, bytes.baseAddress, bytes.count, 0)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(description: "connection closed, errno \(errno)") }
            buffer += chunk[0..<count]
            return
        }
    }

    private func line() throws(Failure) -> ArraySlice<UInt8> {
        var end = position
        while true {
            while end + 1 < buffer.count {
                if buffer[end] == 13, buffer[end + 1] == 10 {
                    let line = buffer[position..<end]
                    position = end + 2
                    return line
                }
                end += 1
            }
            let before = position
            try fill()
            end -= before - position
        }
    }

    private func number(_ digits: ArraySlice<UInt8>) -> Int {
        Int(String(decoding: digits, as: UTF8.self)) ?? -1
    }

    private func reply() throws(Failure) -> Reply {
        let line = try line()
        let rest = line.dropFirst()
        switch line.first {
        case UInt8(ascii: "+"): return .status(String(decoding: rest, as: UTF8.self))
        case UInt8(ascii: "-"): return .error(String(decoding: rest, as: UTF8.self))
        case UInt8(ascii: ":"): return .integer(number(rest))
        case UInt8(ascii: "$"):
            let count = number(rest)
            if count < 0 { return .null }
            while buffer.count - position < count + 2 { try fill() }
            let text = Array(buffer[position..<position + count])
            position += count + 2
            return .text(text)
        case UInt8(ascii: "*"):
            let count = number(rest)
            if count < 0 { return .null }
            var elements: [Reply] = []
            elements.reserveCapacity(count)
            for _ in 0..<count { elements.append(try reply()) }
            return .array(elements)
        default: throw Failure(description: "no RESP: \(String(decoding: line, as: UTF8.self))")
        }
    }
}
