public import Bytes
import Glibc
import System

/// Blocking round trips, for tools and start-up; not for the hot path.
extension RedisConnection {
    /// Sends the commands and waits for all their replies, error replies among them.
    ///
    /// It sends and receives at the same time, so that neither side waits for the other however much there is.
    /// The time-out (the options' one unless given) covers everything; when it passes, the connection is closed.
    public mutating func roundTrip(
        _ commands: borrowing CommandBuffer, timeoutMilliseconds: Int? = nil, interrupt: Int32? = nil
    ) throws(RedisError) -> [RedisValue] {
        var values: [RedisValue] = []
        values.reserveCapacity(commands.commandCount)
        do {
            let deadline = Deadline(milliseconds: timeoutMilliseconds ?? options.commandTimeoutMilliseconds)
            try exchange(commands, &values, deadline: deadline, interrupt: interrupt)
            return values
        } catch {
            // A server that refuses (`-DENIED`, `-ERR max number of clients`) says so and closes: that is the reason.
            guard error.kind == .closed, case .error(let text)? = values.last else { throw error }
            throw closedWith(text)
        }
    }

    /// Sends the commands and appends their replies to `values`, as far as they come.
    private mutating func exchange(
        _ commands: borrowing CommandBuffer, _ values: inout [RedisValue], deadline: Deadline, interrupt: Int32?
    ) throws(RedisError) {
        let total = commands.bytes.count
        var sent = 0
        var reply = Reply()
        while values.count < commands.commandCount {
            if sent < total {
                sent += try write(commands.bytes.span(sent..<total))
            } else if hasPendingOutput {
                try flush()
            }
            let received = try receive()
            while values.count < commands.commandCount, try nextReply(&reply) { values.append(reply.value) }
            if received || values.count == commands.commandCount { continue }
            do {
                try Socket.wait(
                    descriptor, for: sent < total || hasPendingOutput ? POLLIN | POLLOUT : POLLIN, deadline: deadline,
                    interrupt: interrupt, doing: "waiting for \(server) to reply")
            } catch {
                throw failed(error)
            }
        }
    }

    /// One command from text arguments; an error reply is thrown.
    @discardableResult
    public mutating func command(_ arguments: String...) throws(RedisError) -> RedisValue {
        try command(arguments.map { Array($0.utf8) })
    }

    /// One command from bytes; an error reply is thrown.
    @discardableResult
    public mutating func command(
        _ arguments: [[UInt8]], timeoutMilliseconds: Int? = nil, interrupt: Int32? = nil
    ) throws(RedisError) -> RedisValue {
        precondition(!arguments.isEmpty, "a command has a name")
        var buffer = CommandBuffer()
        buffer.begin(arguments.count)
        for each in arguments { buffer.argument(each) }
        let values = try roundTrip(buffer, timeoutMilliseconds: timeoutMilliseconds, interrupt: interrupt)
        if case .error(let text)? = values.first { throw Self.refusal(of: arguments, text) }
        return values.first ?? .null
    }

    /// Only a command's name is shown, as arguments may be secrets or large; but what holds another type is a key.
    private static func refusal(of arguments: [[UInt8]], _ text: [UInt8]) -> RedisError {
        let name = readableText(arguments[0])
        guard RedisErrorCode(text.span) == .wrongType, arguments.count > 1 else { return .reply(text, to: name) }
        let argument = arguments[1]
        let key = argument.span.extracting(first: 512).readable
        return .reply(
            text, to: "\(name) \(key)",
            remedy:
                "That key holds another type of value than expected, so another program wrote it: remove it or give it another name."
        )
    }

    /// Calls `body` with the keys that match `pattern`, some at a time, until it returns false or there are no more.
    ///
    /// As SCAN itself: a key that is there all the while is seen at least once, maybe more often; `count` is a hint of how
    /// many slots of the table are visited in one step.
    public mutating func scan(
        match pattern: [UInt8], count: Int = 1000, _ body: ([[UInt8]]) throws(RedisError) -> Bool
    ) throws(RedisError) {
        var cursor = Self.scanStart
        repeat {
            let page = try scanPage(match: pattern, from: cursor, count: count)
            if !page.keys.isEmpty, try !body(page.keys) { return }
            cursor = page.next
        } while cursor != Self.scanStart
    }

    /// Where SCAN begins, and what it returns as `next` after the last step.
    public static let scanStart = [UInt8(ascii: "0")]

    /// One step of SCAN, so that no other client waits long.
    public mutating func scanPage(
        match pattern: [UInt8], from cursor: [UInt8], count: Int = 1000
    ) throws(RedisError) -> (keys: [[UInt8]], next: [UInt8]) {
        let answer = try command([
            Array("SCAN".utf8), cursor, Array("MATCH".utf8), pattern, Array("COUNT".utf8), Array("\(count)".utf8),
        ])
        guard let parts = answer.elements, parts.count == 2, case .bulk(let next) = parts[0],
            let elements = parts[1].elements
        else { throw failed(RedisError(.protocolViolation, "The reply to SCAN is not one of Redis's.")) }
        let keys = elements.compactMap { element -> [UInt8]? in
            if case .bulk(let key) = element { key } else { nil }
        }
        return (keys, next)
    }
}
