import Foundation
import Glibc

/// A connection of a client that sends bytes as it is told, right or wrong.
public final class HTTPClient {
    public struct Response: Equatable, Sendable {
        public var status: Int
        public var headers: [String: String]
        public var body: String
    }

    private let descriptor: Int32
    private var unread: [UInt8] = []
    private var events = ""
    private var chunk = [UInt8](repeating: 0, count: 65_536)

    /// Connects to this machine; nil if that is refused. Nothing comes for longer than `patienceSeconds` only if something is
    /// wrong.
    public init?(port: UInt16, isIPv6: Bool = false, patienceSeconds: Int = 30) {
        descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            unsafe setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        let code: Int32
        if isIPv6 {
            var place = sockaddr_in6()
            place.sin6_family = sa_family_t(AF_INET6)
            place.sin6_port = port.bigEndian
            place.sin6_addr = in6addr_loopback
            code = Self.connect(descriptor, place)
        } else {
            var place = sockaddr_in()
            place.sin_family = sa_family_t(AF_INET)
            place.sin_port = port.bigEndian
            place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            code = Self.connect(descriptor, place)
        }
        if code != 0 { return nil }
    }

    deinit { close(descriptor) }

    private static func connect<Address>(_ descriptor: Int32, _ address: Address) -> Int32 {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    /// Says that nothing more is sent.
    public func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Whether the other end took them.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends a request with these headers and the length of the body, and awaits its answer.
    public func ask(_ method: String, _ path: String, _ headers: [String] = [], body: String = "") -> Response? {
        let length = body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"]
        let head = ["\(method) \(path) HTTP/1.1", "Host: localhost"] + headers + length
        send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
        return receive(isHead: method == "HEAD")
    }

    /// Sends a request whose answer goes on, and awaits its head.
    public func begin(_ path: String, _ headers: [String] = []) -> Response? {
        send((["GET \(path) HTTP/1.1", "Host: localhost"] + headers).joined(separator: "\r\n") + "\r\n\r\n")
        return receive()
    }

    /// Comments that were passed over.
    public private(set) var comments = 0

    /// The next server-sent event of an answer that goes on, as its fields; nil if the connection ended. Comments are passed
    /// over.
    public func nextEvent() -> [String: String]? {
        while true {
            if let end = events.firstRange(of: "\n\n") {
                let lines = events[..<end.lowerBound].split(separator: "\n")
                events = String(events[end.upperBound...])
                var fields: [String: String] = [:]
                for line in lines where !line.hasPrefix(":") {
                    guard let colon = line.firstRange(of: ": ") else { continue }
                    fields[String(line[..<colon.lowerBound])] = String(line[colon.upperBound...])
                }
                if !fields.isEmpty { return fields }
                comments += 1
                continue
            }
            guard let chunk = nextChunk() else { return nil }
            events += String(decoding: chunk, as: UTF8.self)
        }
    }

    /// One piece of a body that comes in pieces.
    private func nextChunk() -> [UInt8]? {
        while true {
            if let end = unread.firstRange(of: [13, 10]), end.lowerBound > 0 || unread.count > 2 {
                let digits = String(decoding: unread[..<end.lowerBound], as: UTF8.self)
                guard let count = Int(digits, radix: 16) else { return nil }
                if count == 0 { return nil }
                if unread.count >= end.upperBound + count + 2 {
                    let chunk = Array(unread[end.upperBound..<(end.upperBound + count)])
                    unread.removeFirst(end.upperBound + count + 2)
                    return chunk
                }
            }
            guard fill() else { return nil }
        }
    }

    /// The next response; nil if the connection ended before it was whole.
    public func receive(isHead: Bool = false) -> Response? {
        while true {
            if let response = whole(isHead) { return response }
            guard fill() else { return nil }
        }
    }

    private func whole(_ isHead: Bool) -> Response? {
        guard let end = headEnd() else { return nil }
        let lines = String(decoding: unread[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        let length = isHead || status == 304 ? 0 : Int(headers["content-length"] ?? "0") ?? 0
        guard unread.count >= end + 4 + length else { return nil }
        let body = String(decoding: unread[(end + 4)..<(end + 4 + length)], as: UTF8.self)
        unread.removeFirst(end + 4 + length)
        return Response(status: status, headers: headers, body: body)
    }

    /// Where the empty line behind a head begins.
    private func headEnd() -> Int? {
        var place = 0
        while let found = unread[place...].firstIndex(of: 13), found + 3 < unread.count {
            if unread[found + 1] == 10, unread[found + 2] == 13, unread[found + 3] == 10 { return found }
            place = found + 1
        }
        return nil
    }

    /// Waits until the other end closes; false if it does not.
    public func isClosed() -> Bool {
        while fill() {}
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT))
        return count == 0 || (count < 0 && errno != EAGAIN)
    }

    private func fill() -> Bool {
        let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        unread += chunk[..<count]
        return true
    }
}
