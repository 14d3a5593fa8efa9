import Bytes
import Records
import Redis

/// Lets the live generations stand for a moment, so that the build comes to exactly where they are.
///
/// The records say `draining` with a token and a deadline by Redis's clock: when it passes, any live lane sets its record
/// back, whatever becomes of this process.
struct DrainHold {
    private let keys: [String]
    private let opened: [GenerationRecord]
    private let drained: [GenerationRecord]

    /// nil if the records changed meanwhile, or another program drains. `redis` is in the home database.
    init?(_ projections: [String], milliseconds: Int64, _ redis: inout RedisConnection) throws {
        keys = projections.map { KeySpace(projection: $0).generation }
        try redis.command((["WATCH"] + keys).map { Array($0.utf8) })
        let texts = try redis.command((["MGET"] + keys).map { Array($0.utf8) }).elements ?? []
        let records = texts.compactMap { $0.bytes.flatMap { GenerationRecord(bytes: $0) } }
        guard records.count == keys.count, records.allSatisfy({ $0.state == .open }) else {
            try redis.command("UNWATCH")
            return nil
        }
        let parts = try redis.command("TIME").elements?.compactMap { $0.text.flatMap { Int64($0) } } ?? []
        guard parts.count == 2 else { return nil }
        let token = GenerationRecord.drawIdentifier() + GenerationRecord.drawIdentifier()
        opened = records
        drained = records.map { record in
            var record = record
            record.state = .draining
            record.token = token
            record.deadline = parts[0] * 1_000 + parts[1] / 1_000 + milliseconds
            return record
        }
        guard try Self.set(keys, drained, &redis) else { return nil }
    }

    /// Sets the records back, unless a lane has done that already.
    func end(_ redis: inout RedisConnection) throws {
        try redis.command((["WATCH"] + keys).map { Array($0.utf8) })
        let texts = try redis.command((["MGET"] + keys).map { Array($0.utf8) }).elements?.map(\.text) ?? []
        guard texts == drained.map(\.text) else {
            try redis.command("UNWATCH")
            return
        }
        _ = try Self.set(keys, opened, &redis)
    }

    /// Performs commands in a transaction that is carried out only while the records are still this one's.
    func perform(_ commands: borrowing CommandBuffer, _ redis: inout RedisConnection) throws -> Bool {
        try redis.command((["WATCH"] + keys).map { Array($0.utf8) })
        let texts = try redis.command((["MGET"] + keys).map { Array($0.utf8) }).elements?.map(\.text) ?? []
        guard texts == drained.map(\.text) else {
            try redis.command("UNWATCH")
            return false
        }
        var transaction = CommandBuffer()
        transaction.command("MULTI")
        transaction.append(commands)
        transaction.command("EXEC")
        guard let replies = try redis.roundTrip(transaction).last?.elements else { return false }
        for case .error(let text) in replies { throw RedisError.reply(text, to: "COPY") }
        return true
    }

    private static func set(
        _ keys: [String], _ records: [GenerationRecord], _ redis: inout RedisConnection
    ) throws -> Bool {
        var commands = CommandBuffer()
        commands.command("MULTI")
        for (key, record) in zip(keys, records) { commands.command("SET", key, record.text) }
        commands.command("EXEC")
        return try redis.roundTrip(commands).last?.elements?.allSatisfy(\.isOK) ?? false
    }
}
