internal import Foundation
internal import Glibc
internal import Synchronization

/// A schema registry for tests that answers as it is told to: with schemas, errors, late, or not at all.
public final class FakeRegistry: Sendable {
    /// What it says to a request.
    public struct Reply: Sendable {
        public var status: Int
        public var body: String
        public var headers: [String]
        /// It keeps the connection open and says nothing.
        public var isSilent = false

        public init(_ status: Int, _ body: String = "{}", headers: [String] = []) {
            self.status = status
            self.body = body
            self.headers = headers
        }

        /// It has no such schema.
        public static var noSchema: Reply { Reply(404, #"{"error_code":40403,"message":"Schema not found"}"#) }

        public static var silent: Reply {
            var reply = Reply(200)
            reply.isSilent = true
            return reply
        }
    }

    public struct Failure: Error {
        public let what: String
    }

    private struct State {
        var answer: @Sendable (_ path: String, _ head: String) -> Reply = { _, _ in Reply(404) }
        var paths: [String] = []
        var held: [Int32] = []
        var isClosed = false
    }

    public let port: UInt16
    public var url: String { "http://127.0.0.1:\(port)" }
    private let listener: Int32
    private let state = Mutex(State())

    /// Listens at once; `port` 0 is a free one.
    public init(port: UInt16 = 0, _ answer: @escaping @Sendable (_ path: String, _ head: String) -> Reply) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var one: Int32 = 1
        _ = unsafe setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (descriptor, length) = (listener, size)
        let bound = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        guard bound == 0, listen(listener, 64) == 0 else { throw Failure(what: "port \(port): \(errno)") }
        unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = unsafe getsockname(descriptor, $0, &size)
            }
        }
        self.port = UInt16(bigEndian: address.sin_port)
        state.withLock { $0.answer = answer }
        Thread.detachNewThread { [self] in serve() }
    }

    /// The paths that were asked for, in their order.
    public var paths: [String] { state.withLock { $0.paths } }

    public func answer(_ answer: @escaping @Sendable (_ path: String, _ head: String) -> Reply) {
        state.withLock { $0.answer = answer }
    }

    /// Nothing listens any more.
    public func close() {
        state.withLock { state in
            if state.isClosed { return }
            state.isClosed = true
            for descriptor in state.held { _ = Glibc.close(descriptor) }
            // The thread closes it: otherwise it could take connections of another listener with that number.
            shutdown(listener, Int32(SHUT_RDWR))
        }
    }

    /// As the registry's API writes a schema; `references`: name, subject and version.
    public static func schema(_ text: String, references: [(String, String, Int)] = []) -> Reply {
        let list = references.map { ["name": $0.0, "subject": $0.1, "version": $0.2] as [String: any Sendable] }
        let object: [String: any Sendable] = ["schema": text, "schemaType": "AVRO", "references": list]
        let data = try? JSONSerialization.data(withJSONObject: object)
        return Reply(200, String(decoding: data ?? Data(), as: UTF8.self))
    }

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0, !state.withLock({ $0.isClosed }) else { break }
            answer(connection)
        }
        _ = Glibc.close(listener)
    }

    private func answer(_ connection: Int32) {
        var head: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while !String(decoding: head, as: UTF8.self).contains("\r\n\r\n") {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(connection, $0.baseAddress, $0.count, 0) }
            if count <= 0 { break }
            head += chunk[..<count]
        }
        let text = String(decoding: head, as: UTF8.self)
        let path = text.split(separator: " ").dropFirst().first.map(String.init) ?? ""
        let answer = state.withLock { state in
            state.paths.append(path)
            return state.answer
        }
        let reply = answer(path, text)
        if reply.isSilent {
            state.withLock { $0.held.append(connection) }
            return
        }
        let lines =
            ["HTTP/1.1 \(reply.status) X", "Content-Length: \(reply.body.utf8.count)", "Connection: close"]
            + reply.headers
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + reply.body).utf8)
        _ = unsafe send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        _ = Glibc.close(connection)
    }
}
