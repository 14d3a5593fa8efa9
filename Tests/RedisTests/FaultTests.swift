import Bytes
import RedisServer
import Testing

@testable import Redis

@Suite struct FaultTests {
    /// The kind of error that `body` throws.
    private func failure(
        _ redis: inout RedisConnection, _ body: (inout RedisConnection) throws(RedisError) -> Void
    ) -> RedisError.Kind? {
        do throws(RedisError) {
            try body(&redis)
            return nil
        } catch { return error.kind }
    }

    @Test func `after a time-out the connection is thrown away and no late reply is taken for another`() throws {
        let server = try RedisServer()
        let options = try RedisOptions(server.url)
        var redis = try RedisConnection.open(options)
        try redis.command("SET", "a", "old")
        server.pause()
        let get = [Array("GET".utf8), Array("a".utf8)]
        #expect(
            failure(&redis) { redis throws(RedisError) in try redis.command(get, timeoutMilliseconds: 200) } == .timeout
        )
        let (isOpen, descriptor) = (redis.isOpen, redis.descriptor)
        #expect(!isOpen && descriptor == -1)
        server.resume()
        #expect(failure(&redis) { redis throws(RedisError) in try redis.command("GET", "b") } == .closed)
        var again = try RedisConnection.open(options)
        #expect(try again.command("GET", "b") == .null)
    }

    @Test func `a server that does not answer at connect is a time-out`() throws {
        let server = try RedisServer()
        server.pause()
        defer { server.resume() }
        var options = try RedisOptions(server.url)
        options.commandTimeoutMilliseconds = 100
        #expect(openFailure(options)?.kind == .timeout)
    }

    @Test func `a killed server is seen as closed, and the next open works after its restart`() throws {
        let server = try RedisServer(options: ["--appendonly", "yes", "--appendfsync", "always"])
        var redis = try RedisConnection.open(RedisOptions(server.url))
        try redis.command("SET", "a", "kept")
        try server.kill()
        #expect(failure(&redis) { redis throws(RedisError) in try redis.command("GET", "a") } == .closed)
        #expect(openFailure(try RedisOptions(server.url))?.kind == .unreachable)
        try server.start()
        var again = try RedisConnection.open(RedisOptions(server.url))
        #expect(try again.command("GET", "a") == bulk("kept"))
    }

    @Test func `a connection that closes in the middle of a reply is closed, and half a reply is none`() throws {
        let server = try Shared.server.get()
        let proxy = try TCPProxy(to: server.port)
        defer { proxy.close() }
        var redis = try RedisConnection.open(RedisOptions(proxy.url))
        proxy.when("half", going: .toClient, then: .cutAfter)
        #expect(failure(&redis) { redis throws(RedisError) in try redis.command("ECHO", "half of this") } == .closed)
    }

    @Test func `a reset connection is closed`() throws {
        let proxy = try TCPProxy(to: Shared.server.get().port)
        defer { proxy.close() }
        var redis = try RedisConnection.open(RedisOptions(proxy.url))
        proxy.cut(reset: true)
        #expect(
            failure(&redis) { redis throws(RedisError) in try redis.command("BLPOP", "fault:none", "0") } == .closed)
    }

    private func transaction(_ key: String) -> CommandBuffer {
        var commands = CommandBuffer()
        commands.command("MULTI")
        commands.command("INCR", key)
        commands.command("EXEC")
        return commands
    }

    @Test func `EXEC is served and its reply lost`() throws {
        let server = try Shared.server.get()
        let proxy = try TCPProxy(to: server.port)
        defer { proxy.close() }
        var redis = try RedisConnection.open(RedisOptions(proxy.url))
        proxy.when("EXEC\r\n", then: .cutAfterServed)
        #expect(
            failure(&redis) { redis throws(RedisError) in _ = try redis.roundTrip(transaction("fault:served")) }
                == .closed)
        #expect(proxy.seen("EXEC\r\n") == 1)
        var other = try connection()
        #expect(try other.command("GET", "fault:served") == bulk("1"))
    }

    @Test func `EXEC is lost before it reaches the server`() throws {
        let proxy = try TCPProxy(to: Shared.server.get().port)
        defer { proxy.close() }
        var redis = try RedisConnection.open(RedisOptions(proxy.url))
        proxy.when("EXEC\r\n", occurrence: 2, then: .cutBefore)
        _ = try redis.roundTrip(transaction("fault:before"))
        #expect(
            failure(&redis) { redis throws(RedisError) in _ = try redis.roundTrip(transaction("fault:before")) }
                == .closed)
        var other = try connection()
        #expect(try other.command("GET", "fault:before") == bulk("1"))
    }

    @Test func `EXEC is forwarded and everything stalls: a time-out, and the outcome is what Redis says`() throws {
        let proxy = try TCPProxy(to: Shared.server.get().port)
        defer { proxy.close() }
        let options = try RedisOptions(proxy.url)
        var redis = try RedisConnection.open(options)
        proxy.when("EXEC\r\n", then: .stallAfter)
        #expect(
            failure(&redis) { redis throws(RedisError) in
                _ = try redis.roundTrip(transaction("fault:stall"), timeoutMilliseconds: 300)
            } == .timeout)
        proxy.release()
        var other = try connection()
        try eventually("the transaction lands") { try other.command("GET", "fault:stall") == bulk("1") }
        var again = try RedisConnection.open(options)
        #expect(try again.command("PING") == simple("PONG"))
        #expect(proxy.connections == 2)
    }

    @Test func `delayed replies arrive whole and in order`() throws {
        let proxy = try TCPProxy(to: Shared.server.get().port)
        defer { proxy.close() }
        proxy.delay(milliseconds: 20, .toClient)
        var redis = try RedisConnection.open(RedisOptions(proxy.url))
        var commands = CommandBuffer()
        for number in 0..<100 { commands.command("ECHO", "\(number)") }
        #expect(try redis.roundTrip(commands) == (0..<100).map { bulk("\($0)") })
        proxy.refuse(true)
        #expect(openFailure(try RedisOptions(proxy.url))?.kind == .closed)
    }

    @Test func `a reply that is not RESP closes the connection`() throws {
        let proxy = try TCPProxy(to: Shared.server.get().port)
        defer { proxy.close() }
        var options = try RedisOptions(proxy.url)
        options.replyLimits = ReplyLimits(bytes: 10_000, elements: .max)
        var redis = try RedisConnection.open(options)
        let long = String(repeating: "x", count: 20_000)
        #expect(failure(&redis) { redis throws(RedisError) in try redis.command("ECHO", long) } == .protocolViolation)
        let isOpen = redis.isOpen
        #expect(!isOpen)
    }
}
