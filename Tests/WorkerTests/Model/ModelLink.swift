import Bytes
import Redis

@testable import Redis
@testable import Worker

/// What lies between a lane and the model of Redis: the test says how many bytes move, and when it breaks.
final class ModelWire {
    unowned let world: World
    var client: ModelClient?
    var writeBudget = 0
    var readBudget = 0
    var isCut = false
    fileprivate var reader = ReplyReader(limits: .none)

    init(_ world: World) { self.world = world }

    func open(_ database: Int) throws(RedisError) -> ModelLink {
        // The probe of a new connection sees that MULTI is refused.
        guard !world.redis.isAway, !world.redis.refusesMulti, world.redis.policy == "noeviction" else {
            throw RedisError(.unreachable, "the model is away")
        }
        let fresh = ModelClient(database: database)
        client = fresh
        world.clients.append(fresh)
        isCut = false
        reader = ReplyReader(limits: ReplyLimits(bytes: world.replyBytes, elements: .max))
        return ModelLink(wire: self)
    }

    fileprivate func feed(_ count: Int) -> Bool {
        guard let client else { return false }
        let taken = min(count, client.outbox.count)
        guard taken > 0 else {
            if client.isClosing { isCut = true }
            return false
        }
        let bytes = Array(client.outbox[0..<taken])
        client.outbox.removeFirst(taken)
        _ = unsafe reader.append(upTo: taken) { room in
            unsafe room.copyBytes(from: bytes)
            return taken
        }
        return true
    }
}

/// The lane's end of a connection to the model of Redis.
struct ModelLink: RedisLink, ~Copyable {
    let wire: ModelWire

    init(wire: ModelWire) { self.wire = wire }

    deinit { wire.client = nil }

    var descriptor: Int32 { -1 }
    var hasPendingOutput: Bool { false }

    private func ensureOpen() throws(RedisError) {
        if wire.isCut { throw RedisError(.closed, "cut") }
    }

    mutating func write(_ bytes: Span<UInt8>) throws(RedisError) -> Int {
        try ensureOpen()
        let taken = min(wire.writeBudget, bytes.count)
        wire.writeBudget -= taken
        wire.client?.inbox += bytes.extracting(first: taken).array
        return taken
    }

    mutating func flush() throws(RedisError) {}

    mutating func receive() throws(RedisError) -> Bool {
        try ensureOpen()
        let count = wire.readBudget
        wire.readBudget = 0
        let any = wire.feed(count)
        try ensureOpen()
        return any
    }

    mutating func takeQueued(upTo limit: Int) -> Int { wire.reader.takeQueued(upTo: limit) }

    mutating func nextReply(_ reply: inout Reply) throws(RedisError) -> Bool {
        try ensureOpen()
        return try wire.reader.next(into: &reply)
    }

    /// Others come between each two commands, and the connection may break before any of the replies.
    mutating func roundTrip(
        _ commands: borrowing CommandBuffer, timeoutMilliseconds: Int?, interrupt: Int32?
    ) throws(RedisError) -> [RedisValue] {
        try ensureOpen()
        guard let client = wire.client, client.outbox.isEmpty, !client.hasCommands else {
            wire.world.violation("a round trip with replies outstanding")
            throw RedisError(.closed, "misused")
        }
        client.inbox += commands.bytes.span.array
        var values: [RedisValue] = []
        var reply = Reply()
        while values.count < commands.commandCount {
            wire.world.interleave()
            if wire.world.breaksRoundTrips, wire.world.chance(1, in: 40) { wire.isCut = true }
            if wire.isCut { throw RedisError(.closed, "cut during a round trip") }
            _ = wire.world.redis.step(client)
            _ = wire.feed(.max)
            while try wire.reader.next(into: &reply) { values.append(reply.value) }
        }
        return values
    }
}
