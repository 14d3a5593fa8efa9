import Bytes
import Foundation
import Logging
import Seeded
import Synchronization
import System
import Testing
import WebClient

@testable import Gateway

/// A real server on a port that the system chose.
@Suite struct `The HTTP server` {
    private static let read = "Authorization: Bearer \(Fixture.readToken)"
    private static let operate = "Authorization: Bearer \(Fixture.operateToken)"

    @Test func `answers one request after another on a connection`() throws {
        let running = try RunningServer()
        let client = try running.client()
        let first = try #require(client.ask("GET", "/livez"))
        #expect(first.status == 200 && first.body == "ok\n")
        #expect(first.headers["content-security-policy"]?.hasPrefix("default-src 'self'") == true)
        #expect(first.headers["x-content-type-options"] == "nosniff" && first.headers["cache-control"] == "no-store")
        #expect(first.headers["access-control-allow-origin"] == nil && first.headers["set-cookie"] == nil)
        let head = try #require(client.ask("HEAD", "/livez"))
        #expect(head.status == 200 && head.headers["content-length"] == "3")
        #expect(client.ask("GET", "/parked?projection=a%20b", [Self.read])?.body == "parked a b\n")
        #expect(client.ask("POST", "/actions/skip", [Self.operate], body: "four")?.body == "skipped 4\n")
        let missing = try #require(client.ask("GET", "/nothing"))
        #expect(missing.status == 404)
        let fresh = try #require(client.ask("GET", "/status", [Self.read]))
        #expect(fresh.status == 200 && fresh.headers["etag"] == "\"a\"" && fresh.headers["cache-control"] == "no-cache")
        let known = try #require(client.ask("GET", "/status", [Self.read, "If-None-Match: \"a\""]))
        #expect(known.status == 304 && known.headers["etag"] == "\"a\"")
        #expect(client.ask("GET", "/livez")?.status == 200)
    }

    @Test func `listens on IPv6 and on IPv4 at once`() throws {
        let running = try RunningServer("[::]:0")
        #expect(running.server.address.description == "[::]:\(running.port)")
        #expect(HTTPClient(port: running.port, isIPv6: true)?.ask("GET", "/livez")?.status == 200)
        #expect(try running.client().ask("GET", "/livez")?.status == 200)
    }

    @Test func `a port that is taken is named, with what to do`() throws {
        let running = try RunningServer()
        let taken = try #require(ListenAddress("127.0.0.1:\(running.port)"))
        #expect {
            _ = try ListenSocket(taken)
        } throws: {
            "\($0)".contains("127.0.0.1:\(taken.port)") && "\($0)".contains("another port")
        }
    }

    @Test func `refuses what is too large before reading it`() throws {
        var limits = ServerLimits()
        limits.bodyBytes = 1_000
        let running = try RunningServer(limits: limits)
        let large = String(repeating: "x", count: limits.headBytes)
        let head = try #require(try running.client().ask("GET", "/livez", ["X-A: \(large)"]))
        #expect(head.status == 431)
        let path = try #require(try running.client().ask("GET", "/\(large)"))
        #expect(path.status == 414 || path.status == 431)
        // A body of two lengths is not waited for.
        let two = try #require(
            HTTPClient(port: running.port, patienceSeconds: 10)?.ask(
                "GET", "/livez", ["Content-Length: 9", "Content-Length: 9"]), "no answer")
        #expect(two.status == 400)
        // The body is never sent: the answer comes all the same.
        let client = try running.client()
        client.send("POST /actions/skip HTTP/1.1\r\nHost: localhost\r\n\(Self.operate)\r\nContent-Length: 1001\r\n\r\n")
        #expect(client.receive()?.status == 413)
        #expect(
            try running.client().ask("POST", "/actions/skip", [Self.operate, "Transfer-Encoding: chunked"])?.status
                == 411)
        #expect(try running.client().ask("GET", "/livez")?.status == 200)
    }

    /// The library keeps both heads in one place.
    @Test func `has room for the longest vector beside the longest that clients ask for`() throws {
        let vector = String(repeating: "1", count: ReadResponse.longestVector)
        let routes = [
            Route.awaited(.get, below: "/v1", .open) {
                $1(.json(200, Array("{}".utf8)).adding("Lantern-Checkpoint", vector))
            }
        ]
        let running = try RunningServer("127.0.0.1:0", routes)
        let client = try running.client()
        let seen = String(repeating: "%2F", count: 8_000 / 3)
        let cookie = "Cookie: \(String(repeating: "c", count: 8_000))"
        for _ in 0..<2 {
            let answer = try #require(client.ask("GET", "/v1/views/a/b?seen=\(seen)", [cookie]), "no answer")
            #expect(answer.status == 200 && answer.headers["lantern-checkpoint"]?.utf8.count == vector.utf8.count)
        }
    }

    @Test func `ends connections that drip, and answers others meanwhile`() throws {
        var limits = ServerLimits()
        limits.requestMilliseconds = 300
        let running = try RunningServer(limits: limits)
        let slow = try (0..<20).map { _ in try running.client() }
        for client in slow { client.send("GET /livez HTTP/1.1\r\nHost: loc") }
        #expect(try running.client().ask("GET", "/livez")?.status == 200)
        // One that goes on dripping is ended like those that fall silent.
        let dripper = slow[0]
        while dripper.send("x") { Pause.milliseconds(20) }
        for client in slow { #expect(client.isClosed()) }
        #expect(try running.client().ask("GET", "/livez")?.status == 200)
    }

    @Test func `those that only wait make room when many do`() throws {
        var limits = ServerLimits()
        limits.connections = 6
        limits.crowdedMilliseconds = 100
        let running = try RunningServer(limits: limits)
        let idle = try (0..<6).map { _ in try running.client() }
        // The seventh waits in the kernel's queue until the others have lost their places.
        #expect(try running.client().ask("GET", "/livez")?.status == 200)
        for client in idle { #expect(client.isClosed()) }
    }

    @Test func `one address has its share of connections`() throws {
        var limits = ServerLimits()
        limits.connectionsPerAddress = 3
        let running = try RunningServer("[::]:0", limits: limits)
        let held = try (0..<3).map { _ in try running.client() }
        for client in held { #expect(client.ask("GET", "/livez")?.status == 200) }
        #expect(try running.client().isClosed())
        // Another address has its own.
        #expect(HTTPClient(port: running.port, isIPv6: true)?.ask("GET", "/livez")?.status == 200)
    }

    @Test func `slow answers hold up neither quick ones nor, beyond a few, each other`() throws {
        var limits = ServerLimits()
        limits.workers = 1
        limits.waiting = 1
        let gate = Gate()
        let routes: [Route] =
            Fixture.routes + [
                .slow(.get, "/slow", .open) { _ in
                    gate.pass()
                    return .text(200, "late")
                }
            ]
        let running = try RunningServer("127.0.0.1:0", routes, limits: limits)
        let clients = try (0..<3).map { _ in try running.client() }
        clients[0].send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        gate.awaitArrival()
        clients[1].send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try running.client().ask("GET", "/livez")?.status == 200)
        let refused = try #require(clients[2].ask("GET", "/slow"))
        #expect(refused.status == 503 && refused.headers["retry-after"] == "1")
        gate.open()
        #expect(clients[0].receive()?.body == "late\n")
        #expect(clients[1].receive()?.body == "late\n")
    }

    @Test func `stops while an answer is being made, and sends it first`() throws {
        let gate = Gate()
        let running = try RunningServer(
            "127.0.0.1:0",
            [
                .slow(.get, "/slow", .open) { _ in
                    gate.pass()
                    return .text(200, "late")
                }
            ])
        let client = try running.client()
        client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        gate.awaitArrival()
        gate.open()
        running.server.stop()
        #expect(HTTPClient(port: running.port) == nil, "it still listens")
    }

    /// Noise, and requests with a few bytes changed: every one is answered or ended, and the next client is served.
    @Test(arguments: 0..<3) func `survives what is no HTTP`(seed: Int) throws {
        var limits = ServerLimits()
        limits.requestMilliseconds = 200
        let running = try RunningServer(limits: limits)
        var random = SplitMix64(seed: UInt64(seed))
        let good = Array(
            "POST /actions/skip?a=%20b HTTP/1.1\r\nHost: localhost\r\n\(Self.operate)\r\nContent-Length: 4\r\n\r\nfour"
                .utf8)
        let rounds = ProcessInfo.processInfo.environment["LANTERN_LONG"] == "1" ? 20_000 : 150
        for _ in 0..<rounds {
            let isNoise = random.below(4) == 0
            let bytes =
                isNoise ? (0..<random.below(600)).map { _ in UInt8(random.below(256)) } : random.mutated(good)
            let client = try running.client()
            client.send(bytes)
        }
        #expect(try running.client().ask("GET", "/livez")?.status == 200)
    }
}
