import Bytes
import RedisServer
import System
import Testing

@testable import Redis

@Suite struct RoundTripTests {
    @Test func `what is set is read again`() throws {
        var redis = try connection()
        try redis.command("SET", "round:a", "1")
        #expect(try redis.command("GET", "round:a") == bulk("1"))
        #expect(try redis.command("INCR", "round:a") == .integer(2))
        #expect(try redis.command("GET", "round:none") == .null)
        #expect(try redis.command([Array("SET".utf8), [0, 255, 13, 10], [13, 10]]).isOK)
        #expect(try redis.command([Array("GET".utf8), [0, 255, 13, 10]]) == .bulk([13, 10]))
    }

    @Test func `an error reply is thrown with its words and leaves the connection open`() throws {
        var redis = try connection()
        let error = #expect(throws: RedisError.self) { () throws(RedisError) in
            try redis.command("NOSUCHCOMMAND", "secret")
        }
        #expect(error?.kind == .server(.err))
        #expect(error?.message.contains("unknown command") == true)
        #expect(try redis.command("PING") == simple("PONG"))
    }

    @Test func `ten thousand commands in one pipeline are answered while the other side reads slowly`() throws {
        let proxy = try TCPProxy(to: Shared.server.get().port)
        defer { proxy.close() }
        proxy.slice(700, .toClient)
        var redis = try RedisConnection.open(RedisOptions(proxy.url))
        var commands = CommandBuffer()
        let padding = String(repeating: "x", count: 300)
        for number in 0..<10_000 { commands.command("ECHO", "\(number)\(padding)") }
        let values = try redis.roundTrip(commands, timeoutMilliseconds: 60_000)
        #expect(values.count == 10_000)
        #expect(values.enumerated().allSatisfy { $0.element == bulk("\($0.offset)\(padding)") })
    }

    @Test func `a value of 20 MB goes there and back`() throws {
        var redis = try connection()
        let value = [UInt8](repeating: 7, count: 20 << 20)
        try redis.command([Array("SET".utf8), Array("round:large".utf8), value], timeoutMilliseconds: 60_000)
        #expect(
            try redis.command([Array("GET".utf8), Array("round:large".utf8)], timeoutMilliseconds: 60_000)
                == .bulk(value))
        try redis.command("DEL", "round:large")
    }

    @Test func `a proxy that slices replies into single bytes changes nothing`() throws {
        let proxy = try TCPProxy(to: Shared.server.get().port)
        defer { proxy.close() }
        proxy.slice(1, .toClient)
        proxy.slice(1, .toServer)
        var redis = try RedisConnection.open(RedisOptions(proxy.url))
        #expect(
            try redis.command("EVAL", "return {1,{2,{'three',false}},'x'}", "0")
                == .array([.integer(1), .array([.integer(2), .array([bulk("three"), .null])]), bulk("x")]))
    }

    @Test func `the non-blocking calls write, receive and parse without blocking`() throws {
        var redis = try connection()
        #expect(try redis.receive() == false)
        var reply = Reply()
        #expect(try redis.nextReply(&reply) == false)
        var commands = CommandBuffer()
        for _ in 0..<3 { commands.command("PING") }
        #expect(try redis.write(commands.bytes.span) == commands.bytes.count)
        var count = 0
        while count < 3 {
            try Socket.wait(
                redis.descriptor, for: 1, deadline: Deadline(milliseconds: 10_000), interrupt: nil, doing: "testing")
            while try redis.receive() {
                while try redis.nextReply(&reply) {
                    #expect(reply.kind == .status && reply.bytes.isEqual(to: "PONG"))
                    count += 1
                }
            }
        }
        #expect(count == 3)
    }

    @Test func `a server that reads nothing makes write answer less, then 0`() throws {
        let server = try RedisServer()
        var redis = try RedisConnection.open(RedisOptions(server.unixURL))
        server.pause()
        let bytes = [UInt8](repeating: 10, count: 1 << 20)
        var total = 0
        while true {
            let taken = try redis.write(bytes.span)
            if taken == 0 { break }
            total += taken
            try #require(total < 1 << 30)
        }
        #expect(total > 0)
        let isOpen = redis.isOpen
        #expect(isOpen)
        server.resume()
    }

    @Test func `scan finds every key that matches`() throws {
        var redis = try connection()
        var commands = CommandBuffer()
        for number in 0..<2_000 { commands.command("SET", "scan:\(number)", "1") }
        _ = try redis.roundTrip(commands)
        var found: Set<[UInt8]> = []
        try redis.scan(match: Array("scan:*".utf8), count: 100) { keys in
            found.formUnion(keys)
            return true
        }
        #expect(found.count == 2_000)
        var steps = 0
        try redis.scan(match: Array("scan:*".utf8), count: 10) { _ in
            steps += 1
            return false
        }
        #expect(steps == 1)
    }
}
