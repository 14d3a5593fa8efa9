import Bytes
import Projections
import Records
import Redis

// The bytes to and from Redis, and what is written outside of the transactions.
extension Lane where Log: ~Copyable, Link: ~Copyable {
    /// Writes what the socket takes, gives the replies to the machine; returns whether any reply came.
    mutating func exchange(now: Int64) -> Bool {
        guard link != nil else { return false }
        var any = false
        do {
            if machine.hasOutput {
                try Self.write(&machine, to: &link)
            } else if link?.hasPendingOutput == true {
                try link?.flush()
            }
            while try link?.receive() == true {
                while try takeReply(now: now) {
                    any = true
                    if machine.isAway { return true }
                }
            }
        } catch {
            lostLink(error)
            return true
        }
        return any
    }

    private static func write(_ machine: inout LaneMachine, to link: inout Link?) throws(RedisError) {
        try machine.write { (bytes) throws(RedisError) in try link?.write(bytes) ?? 0 }
    }

    /// Gives the machine the next reply, or a run of `QUEUED`; false if there is none.
    private mutating func takeReply(now: Int64) throws(RedisError) -> Bool {
        let expected = machine.expectedQueued
        if expected > 0, let queued = link?.takeQueued(upTo: expected), queued > 0 {
            machine.receivedQueued(queued, now: now)
            return true
        }
        guard try link?.nextReply(&reply) == true else { return false }
        machine.received(reply, now: now)
        return true
    }

    /// The connection is of no use any more.
    mutating func lostLink(_ error: RedisError) {
        link = nil
        machine.disconnected(error.message, now: services.now())
    }

    /// The first error among replies.
    func refusal(in values: [RedisValue]) -> [UInt8]? {
        for case .error(let text) in values { return text }
        return nil
    }

    // MARK: Damage

    /// Writes damage records outside of the lane's transactions, if the generation is still the lane's.
    mutating func writeDamage(_ writes: [DamageWrite]) {
        let generation = settings.keys.generation
        do {
            var look = CommandBuffer()
            look.command("UNWATCH")
            look.command("WATCH", generation)
            look.command("GET", generation)
            guard let values = try link?.roundTrip(look) else { return }
            if let words = refusal(in: values) {
                damageRefused(words)
                return
            }
            guard values[2].bytes == settings.generationText else {
                machine.damageHasNoPlace(found: values[2].bytes, now: services.now())
                return
            }
            let key = settings.keys.damage
            var commands = CommandBuffer()
            commands.command("MULTI")
            for write in writes {
                if let record = write.record {
                    commands.command("HSET", key, write.field, record)
                } else {
                    commands.command("HDEL", key, write.field)
                }
            }
            commands.command("EXEC")
            let replies = try link?.roundTrip(commands) ?? []
            if case .array(let results)? = replies.last, refusal(in: results) == nil {
                machine.damageWritten(writes)
            } else {
                damageRefused(refusal(in: replies) ?? Array("the generation changed meanwhile".utf8))
            }
        } catch { lostLink(error) }
    }

    private mutating func damageRefused(_ words: [UInt8]) {
        services.report(.redis("recording damage: \(readableText(words))"))
        machine.damageRefused(now: services.now())
    }
}
