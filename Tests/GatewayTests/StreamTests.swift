import Foundation
import Synchronization
import Testing
import WebClient

@testable import Gateway

/// Responses that go on, on a real server.
@Suite struct `Streams of events` {
    /// A server whose clients get a stream each, in the order in which they came.
    private final class Streams: Sendable {
        let all = Mutex<[EventStream]>([])

        var routes: [Route] {
            [
                .awaited(.get, below: "/streams", .open) { [self] _, reply in
                    let stream = EventStream()
                    all.withLock { $0.append(stream) }
                    reply(.events(stream))
                }
            ]
        }

        func stream(_ index: Int) throws -> EventStream {
            try #require(all.withLock { $0.indices.contains(index) ? $0[index] : nil })
        }
    }

    private func event(_ name: String) -> [UInt8] { Array("event: \(name)\ndata: {}\n\n".utf8) }

    @Test func `are kept beyond every limit for those that say nothing`() throws {
        var limits = ServerLimits()
        limits.idleSeconds = 1
        (limits.requestMilliseconds, limits.responseMilliseconds, limits.crowdedMilliseconds) = (200, 200, 200)
        limits.connections = 2
        let streams = Streams()
        let running = try RunningServer("127.0.0.1:0", streams.routes, limits: limits)
        defer { streams.all.withLock { $0 }.forEach { $0.end() } }
        let clients = try (0..<2).map { _ in try running.client() }
        for client in clients { #expect(client.begin("/streams/a")?.status == 200) }
        for round in 0..<2 {
            Thread.sleep(forTimeInterval: 2.5)
            for (index, client) in clients.enumerated() {
                #expect(try streams.stream(index).send(event("e\(round)")))
                #expect(client.nextEvent()?["event"] == "e\(round)")
            }
        }
    }

    /// The library looks at no connection that rests.
    @Test func `give the places of clients that have left to others, though nothing is sent`() throws {
        var limits = ServerLimits()
        limits.connections = 4
        let streams = Streams()
        let running = try RunningServer("127.0.0.1:0", streams.routes, limits: limits)
        defer { streams.all.withLock { $0 }.forEach { $0.end() } }
        let kept = try running.client()
        #expect(kept.begin("/streams/a")?.status == 200)
        for number in 0..<8 {
            let client = try #require(HTTPClient(port: running.port, patienceSeconds: 10))
            try #require(client.begin("/streams/a")?.status == 200, "client \(number) has no place")
        }
        #expect(try streams.stream(0).send(event("a")))
        #expect(kept.nextEvent()?["event"] == "a")
    }

    @Test func `are ended for a client that takes nothing, and no other one waits for it`() throws {
        var limits = ServerLimits()
        limits.idleSeconds = 1
        let streams = Streams()
        let running = try RunningServer("127.0.0.1:0", streams.routes, limits: limits)
        defer { streams.all.withLock { $0 }.forEach { $0.end() } }
        let (slow, other) = try (running.client(), running.client())
        for client in [slow, other] { #expect(client.begin("/streams/a")?.status == 200) }
        let gone = DispatchSemaphore(value: 0)
        try streams.stream(0).whenGone { gone.signal() }
        let piece = Array("data: \(String(repeating: "x", count: 64 << 10))\n\n".utf8)
        var sent = 0
        while try streams.stream(0).send(piece), sent < 1_000 { sent += 1 }
        #expect(sent > 10 && sent < 1_000, "\(sent) pieces of 64 KiB")
        #expect(try !streams.stream(0).send(event("more")))
        #expect(try streams.stream(1).send(event("a")))
        #expect(other.nextEvent()?["event"] == "a")
        #expect(gone.wait(timeout: .now() + .seconds(30)) == .success)
        #expect(slow.isClosed())
    }
}
