import Bytes
import Projections
import Records
import Redis

extension Lane where Log: ~Copyable, Link: ~Copyable {
    /// Writes damage records outside of the lane's transactions, if the generation is still the lane's.
    mutating func writeDamage(_ writes: [DamageWrite]) {
        let settings = machine.settings
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
                machine.damageIsForeign(found: values[2].bytes)
                return
            }
            var commands = CommandBuffer()
            commands.command("MULTI")
            for write in writes {
                if let record = write.record {
                    commands.command("HSET", settings.keys.damage, write.field, record)
                } else {
                    commands.command("HDEL", settings.keys.damage, write.field)
                }
            }
            commands.command("EXEC")
            let replies = try link?.roundTrip(commands) ?? []
            if case .array(let results)? = replies.last, refusal(in: results) == nil {
                machine.damageWritten(writes)
            } else {
                damageRefused(refusal(in: replies) ?? Array("the generation changed meanwhile".utf8))
            }
        } catch {
            link = nil
            machine.disconnected(error.message, now: services.now())
        }
    }

    private mutating func damageRefused(_ words: [UInt8]) {
        services.report(.redis("recording damage: \(readableText(words))"))
        machine.damageRefused(now: services.now())
    }
}
