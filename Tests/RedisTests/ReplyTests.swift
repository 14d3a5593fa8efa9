import Bytes
import RedisServer
import Testing

@testable import Redis

@Suite struct ReplyTests {
    /// Reads `text` and hands over the reply.
    private func read(_ text: String) throws -> Reply {
        var reader = ReplyReader(limits: .none)
        reader.feed(Array(text.utf8))
        var reply = Reply()
        let complete = try reader.next(into: &reply)
        try #require(complete)
        return reply
    }

    @Test func `each kind is told apart`() throws {
        #expect(try parse("+OK\r\n")?.isOK == true)
        #expect(try parse("-ERR no\r\n") == .error(Array("ERR no".utf8)))
        #expect(try parse(":-9223372036854775808\r\n") == .integer(.min))
        #expect(try parse("$0\r\n\r\n") == bulk(""))
        #expect(try parse("$-1\r\n") == .null)
        #expect(try parse("*-1\r\n") == .null)
        #expect(try parse("*0\r\n") == .array([]))
        #expect(
            try parse("*3\r\n*2\r\n:1\r\n*1\r\n+a\r\n*0\r\n$1\r\nb\r\n")
                == .array([.array([.integer(1), .array([simple("a")])]), .array([]), bulk("b")]))
        #expect(try parse("*2\r\n:1\r\n") == nil)
    }

    @Test func `a run of QUEUED is taken at once, as far as it goes and is asked for`() throws {
        var reader = ReplyReader(limits: .none)
        var reply = Reply()
        reader.feed(Array("+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n-OOM full\r\n+QUEUED\r\n+QUEUE".utf8))
        #expect(reader.takeQueued(upTo: 2) == 2)
        #expect(reader.takeQueued(upTo: 5) == 1)
        #expect(reader.takeQueued(upTo: 5) == 0)
        let hasError = try reader.next(into: &reply)
        #expect(hasError)
        let code = reply.firstError?.code
        #expect(code == .oom)
        // The parser has the rest by now, and gives it one by one.
        #expect(reader.takeQueued(upTo: 5) == 0)
        let hasNext = try reader.next(into: &reply)
        let isQueued = reply.isQueued
        #expect(hasNext && isQueued)
        let isEarly = try reader.next(into: &reply)
        #expect(!isEarly)
        reader.feed(Array("D\r\n".utf8))
        #expect(reader.takeQueued(upTo: 5) == 0)
        let isWhole = try reader.next(into: &reply)
        #expect(isWhole)
        reader.feed(Array("+QUEUED\r\n".utf8))
        #expect(reader.takeQueued(upTo: 5) == 1)
    }

    @Test func `accessors find their way through nested elements`() throws {
        let reply = try read("*4\r\n*2\r\n:1\r\n*1\r\n+a\r\n*0\r\n$1\r\nb\r\n$-1\r\n")
        let (kind, count, integer) = (reply.kind, reply.count, reply.element(0).element(0).integer)
        #expect(kind == .array && count == 4 && integer == 1)
        let (a, b) = (reply.element(0).element(1).element(0).bytes.array, reply.element(2).bytes.array)
        #expect(a == Array("a".utf8) && b == Array("b".utf8))
        let (empty, isNil, sibling) = (
            reply.element(1).count, reply.element(3).isNil, reply.element(1).next().bytes.array
        )
        #expect(empty == 0 && isNil && sibling == b)
        let queued = try read("+QUEUED\r\n")
        let (isQueued, isOK, bytes) = (queued.isQueued, queued.isOK, queued.bytes.array)
        #expect(isQueued && !isOK && bytes == Array("QUEUED".utf8))
        let bulkOK = try read("$2\r\nOK\r\n")
        let notStatus = bulkOK.isOK
        #expect(!notStatus)
    }

    @Test func `the first error is found wherever it stands`() throws {
        let reply = try read("*3\r\n:1\r\n*2\r\n:2\r\n-WRONGTYPE bad\r\n-ERR late\r\n")
        let (found, text) = (reply.firstError, reply.firstErrorBytes.array)
        #expect(found?.element == 1 && found?.code == .wrongType && text == Array("WRONGTYPE bad".utf8))
        let alone = try read("-OOM full\r\n")
        let itself = alone.firstError
        #expect(itself?.element == nil && itself?.code == .oom)
        let clean = try read("*1\r\n:1\r\n")
        let none = clean.firstError == nil
        #expect(none)
    }

    @Test func `the summary of an EXEC counts, finds errors and numbers that doubles do not hold`() throws {
        func summary(_ text: String) throws -> ExecSummary { try read(text).summary }
        #expect(
            try summary("*2\r\n:1\r\n+OK\r\n") == ExecSummary(count: 2, firstErrorIndex: nil, hasInexactNumber: false))
        #expect(try summary("*3\r\n:1\r\n*1\r\n-ERR a\r\n-ERR b\r\n").firstErrorIndex == 1)
        #expect(try summary("*1\r\n$16\r\n9007199254740991\r\n").hasInexactNumber == false)
        #expect(try summary("*1\r\n$16\r\n9007199254740992\r\n").hasInexactNumber)
        #expect(try summary("*-1\r\n").count == 0)
    }

    @Test(arguments: [
        ("9007199254740991", false), ("9007199254740992", true), ("-9007199254740992", true),
        ("-9007199254740991", false),
        ("1e+16", true), ("1e16", true), ("-1.5e+300", true), ("1e-16", false), ("9.0071992547409920e+15", true),
        ("9007199254740991.5", true), ("123456789.5", false), ("inf", true), ("-inf", true), ("", false), ("-", false),
        ("0", false), ("00000000000000000001", false), ("order-12345678901234567890", false), ("e10", false),
        ("12345678901234567", true), ("1234567890123456x", false), ("99999999999999999999999999999999999999", false),
    ])
    func `a number at or beyond 2^53 is seen in every way in which Redis prints it`(text: String, expected: Bool) {
        // 9007199254740991.5 is rounded to 2^53 as a double. More than 32 bytes are not a number that Redis prints.
        #expect(isInexactNumber(Array(text.utf8).span) == expected)
    }

    @Test func `ZINCRBY beyond 2^53 is seen in what Redis itself answers`() throws {
        var redis = try connection()
        #expect(try redis.answer("MULTI").isOK)
        _ = try redis.answer("DEL", "reply:z")
        _ = try redis.answer("ZINCRBY", "reply:z", "9007199254740990", "a")
        _ = try redis.answer("ZINCRBY", "reply:z", "90071992547409900", "a")
        guard case .array(let values) = try redis.answer("EXEC") else {
            Issue.record("EXEC answered no array")
            return
        }
        let found = values.compactMap(\.text).map { isInexactNumber(Array($0.utf8).span) }
        #expect(found == [false, true])
    }

    @Test func `errors inside EXEC, EXECABORT and nil EXEC are told apart`() throws {
        var redis = try connection()
        try redis.command("SET", "reply:text", "abc")
        #expect(try redis.answer("MULTI").isOK)
        _ = try redis.answer("INCR", "reply:count")
        _ = try redis.answer("INCR", "reply:text")
        guard case .array(let values) = try redis.answer("EXEC") else {
            Issue.record("EXEC answered no array")
            return
        }
        #expect(values.count == 2 && values[0].integer == 1)
        #expect(values[1].text?.hasPrefix("ERR") == true)

        #expect(try redis.answer("MULTI").isOK)
        #expect(try redis.code("NOSUCH") == .err)
        #expect(try redis.code("EXEC") == .execAbort)

        try redis.command("WATCH", "reply:text")
        var other = try connection()
        try other.command("SET", "reply:text", "def")
        #expect(try redis.answer("MULTI").isOK)
        _ = try redis.answer("SET", "reply:text", "ghi")
        #expect(try redis.answer("EXEC") == .null)
        #expect(try redis.answer("GET", "reply:text") == bulk("def"))
    }

    @Test func `a reply over a limit is refused before it is held`() throws {
        let limits = ReplyLimits(bytes: 1000, elements: 10)
        func refused(_ text: String) -> RedisError.Kind? {
            do { _ = try parse(text, limits: limits) } catch { return (error as? RedisError)?.kind }
            return nil
        }
        #expect(refused("$500\r\n\(String(repeating: "x", count: 500))\r\n") == nil)
        #expect(refused("$2000\r\n\(String(repeating: "x", count: 2000))\r\n") == .protocolViolation)
        #expect(refused("$2000000\r\n\(String(repeating: "x", count: 6000))") == .protocolViolation)
        #expect(refused("*1000000000\r\n") == .protocolViolation)
        #expect(refused("*11\r\n") == .protocolViolation)
        #expect(refused("*2\r\n*9\r\n*9\r\n") == nil)
        #expect(refused("*1\r\n*9\r\n" + String(repeating: ":1\r\n", count: 9)) == .protocolViolation)
        #expect(refused("*3000000000\r\n") == .protocolViolation)
        #expect(refused("$99999999999999999999\r\n") == .protocolViolation)
        #expect(refused("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n") == .protocolViolation)
        #expect(refused("hello") == .protocolViolation)
        // hiredis 1.x reads RESP3, which is never asked for; 0.14 does not know it.
        #expect(refused(",1.5\r\n") == .protocolViolation)
        #expect(refused("%1\r\n+a\r\n:1\r\n") == .protocolViolation)
        #expect(refused("*2\r\n#t\r\n:1\r\n") == .protocolViolation)
    }

    @Test func `a line without an end is refused`() {
        #expect(throws: RedisError.self) {
            try parse("+" + String(repeating: "x", count: 200_000))
        }
    }

    @Test func `replies cut anywhere are the same replies`() throws {
        let text = Array("*3\r\n:1\r\n$5\r\nab\r\nc\r\n*1\r\n-ERR x\r\n+QUEUED\r\n$-1\r\n:12345678901\r\n".utf8)
        let expected: [RedisValue] = [
            .array([.integer(1), bulk("ab\r\nc"), .array([.error(Array("ERR x".utf8))])]), simple("QUEUED"), .null,
            .integer(12_345_678_901),
        ]
        for step in 1...text.count {
            var reader = ReplyReader(limits: .none)
            var reply = Reply()
            var values: [RedisValue] = []
            for start in stride(from: 0, to: text.count, by: step) {
                reader.feed(Array(text[start..<min(start + step, text.count)]))
                while try reader.next(into: &reply) { values.append(reply.value) }
            }
            #expect(values == expected, "cut every \(step) bytes")
        }
    }

    @Test func `the limits hold for each reply, not for the first one only`() throws {
        var reader = ReplyReader(limits: ReplyLimits(bytes: 1_000, elements: 10))
        var reply = Reply()
        for _ in 0..<3 {
            reader.feed(Array("*2\r\n$1\r\na\r\n$1\r\nb\r\n".utf8))
            #expect(try reader.next(into: &reply))
        }
        reader.feed(Array(("*20\r\n" + String(repeating: "$1\r\na\r\n", count: 20)).utf8))
        #expect(throws: RedisError.self) { try reader.next(into: &reply) }
    }
}
