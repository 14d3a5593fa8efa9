import Bytes
import Projections
import Redis

/// What Redis must hold while one driver works on a generation: each of its steps is a transaction under WATCH that is
/// sent only after these keys were compared, byte for byte.
struct GenerationHold {
    /// A key and what it holds; nil: it is not there.
    var expected: [(key: String, value: [UInt8]?)]

    /// Does `commands` in one transaction; false: a key held something else, and nothing was done.
    ///
    /// `watching` are further keys that may not change while `check` looks at them. Throws `RedisError` if Redis
    /// refuses, and what `check` throws.
    func perform(
        _ commands: borrowing CommandBuffer, watching: [String] = [], _ redis: inout RedisConnection,
        check: (inout RedisConnection) throws -> Void = { _ in }
    ) throws -> Bool {
        var reading = CommandBuffer()
        reading.begin(1 + expected.count + watching.count)
        reading.argument("WATCH")
        for key in expected.map(\.key) + watching { reading.argument(text: key) }
        for each in expected { reading.command("GET", each.key) }
        let values = try redis.roundTrip(reading)
        try Self.throwError(in: values, of: "the generation")
        guard zip(expected, values.dropFirst()).allSatisfy({ $0.value == $1.bytes }) else {
            try redis.command("UNWATCH")
            return false
        }
        do { try check(&redis) } catch {
            try redis.command("UNWATCH")
            throw error
        }
        var transaction = CommandBuffer()
        transaction.command("MULTI")
        transaction.append(commands)
        transaction.command("EXEC")
        let replies = try redis.roundTrip(transaction)
        // The causes come before the EXECABORT that ends them.
        try Self.throwError(in: replies, of: "a transaction")
        guard case .array(let results)? = replies.last else { return false }
        try Self.throwError(in: results, of: "a transaction")
        return true
    }

    /// The same for commands that only remove, which also works while Redis is out of memory: it refuses to queue any
    /// command then, but not a script that removes.
    func remove(_ commands: [[[UInt8]]], _ redis: inout RedisConnection) throws -> Bool {
        var buffer = CommandBuffer()
        for command in commands {
            buffer.begin(command.count)
            for argument in command { buffer.argument(argument) }
        }
        do {
            return try perform(buffer, &redis)
        } catch let error as RedisError where error.kind == .server(.oom) {
            var arguments = [Array("EVAL".utf8), Array(Self.script.utf8), Array("\(expected.count)".utf8)]
            arguments += expected.map { Array($0.key.utf8) }
            for each in expected { arguments += [Array(each.value == nil ? "0".utf8 : "1".utf8), each.value ?? []] }
            for command in commands { arguments += [Array("\(command.count)".utf8)] + command }
            return try redis.command(arguments).integer == 1
        }
    }

    /// Compares as `perform` does, then calls what follows, each command led by its number of arguments.
    private static let script = """
        for i = 1, #KEYS do
          local held = redis.call('GET', KEYS[i])
          if (held and '1' or '0') ~= ARGV[2 * i - 1] or (held or '') ~= ARGV[2 * i] then return 0 end
        end
        local at = 2 * #KEYS + 1
        while at <= #ARGV do
          local count = tonumber(ARGV[at])
          redis.call(unpack(ARGV, at + 1, at + count))
          at = at + 1 + count
        end
        return 1
        """

    private static func throwError(in replies: [RedisValue], of what: String) throws {
        for case .error(let text) in replies {
            throw RedisError(
                .server(RedisErrorCode(text.span)), "Redis returned an error for \(what): \(readableText(text))")
        }
    }
}
