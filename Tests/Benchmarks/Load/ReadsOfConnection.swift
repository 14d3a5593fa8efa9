import Foundation
import System
import WebClient

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

    func start() throws {
        try DetachedThread.start { [self] in
            do { try run() } catch { fault = error }
            done.signal()
        }
    }

    /// Its requests' lines, when it has ended.
    func wait() throws -> [String] {
        done.wait()
        if let fault { throw fault }
        return lines
    }

    private func run() throws {
        guard let client = HTTPClient(port: port) else { throw ToolError("nobody listens at 127.0.0.1:\(port)") }
        let end = Self.now + Int64(seconds) * 1_000_000_000
        var due = Self.now
        while true {
            due += gap()
            if due >= end { return }
            let left = due - Self.now
            if left > 0 { usleep(UInt32((left + 999) / 1_000)) }
            // It was free when the request was due: that it woke late is no time of the server's.
            let begun = left > 0 ? Self.now : due
            guard let answer = client.ask("GET", "/v1/views/orders/order/o-\(random.below(200_000))") else {
                throw ToolError("a connection was closed")
            }
            lines.append("\(answer.status) \((Self.now - begun) / 1_000)")
        }
    }

    /// Nanoseconds to the next request: as for events that have nothing to do with each other.
    private func gap() -> Int64 {
        let part = (Double(random.next() >> 11) + 1) * 0x1p-53
        return Int64(-log(part) * 1e9 / rate)
    }

    private static var now: Int64 { Int64(Clock.nanoseconds()) }
}
