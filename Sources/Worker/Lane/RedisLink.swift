public import Bytes
public import Redis

/// A lane's connection to Redis, or a model of one. After an error it is thrown away.
public protocol RedisLink: ~Copyable {
    /// For `poll(2)`.
    var descriptor: Int32 { get }
    /// Whether bytes that were taken wait for the network.
    var hasPendingOutput: Bool { get }
    /// Sends what fits without waiting, and returns how many bytes were taken.
    mutating func write(_ bytes: Span<UInt8>) throws(RedisError) -> Int
    mutating func flush() throws(RedisError)
    /// Reads what is there without waiting, and returns whether anything came.
    mutating func receive() throws(RedisError) -> Bool
    /// Takes the `+QUEUED` that come next, at most `limit`, and returns how many.
    mutating func takeQueued(upTo limit: Int) -> Int
    /// Puts the next whole reply into `reply`; false if more must be received first.
    mutating func nextReply(_ reply: inout Reply) throws(RedisError) -> Bool
    /// Sends the commands and waits for all their replies, errors among them; for what is rare, with no reply outstanding.
    mutating func roundTrip(
        _ commands: borrowing CommandBuffer, timeoutMilliseconds: Int?, interrupt: Int32?
    ) throws(RedisError) -> [RedisValue]
}

extension RedisLink where Self: ~Copyable {
    mutating func roundTrip(_ commands: borrowing CommandBuffer) throws(RedisError) -> [RedisValue] {
        try roundTrip(commands, timeoutMilliseconds: nil, interrupt: nil)
    }

    /// One command; an error reply is thrown.
    @discardableResult
    mutating func command(_ arguments: String...) throws(RedisError) -> RedisValue {
        var buffer = CommandBuffer(capacity: 256)
        buffer.begin(arguments.count)
        for argument in arguments { buffer.argument(text: argument) }
        let values = try roundTrip(buffer)
        if case .error(let text)? = values.first { throw .reply(text, to: arguments.first ?? "") }
        return values.first ?? .null
    }
}

extension RedisConnection: RedisLink {}
