import Bytes
import Projections
import Records
import Redis

/// What stands beside a generation's record and no transaction compares: claims, growth and about. If something of it is lost
/// while the record is there, it is written again.
struct GenerationSides: Sendable {
    /// What is missing, by the key that held it.
    struct Loss: Equatable {
        /// Views without their claim.
        var views: [String] = []
        /// Topics whose partitions are not in the growth record.
        var topics: [String] = []
        var isAboutLost = false

        var isNone: Bool { views.isEmpty && topics.isEmpty && !isAboutLost }
    }

    let plan: ProjectionPlan
    private var keys: KeySpace { KeySpace(projection: plan.name) }
    var claims: [Claim] { plan.views.map { Claim(projection: plan.name, view: $0) } }

    init(_ plan: ProjectionPlan) { self.plan = plan }

    /// Reads three keys.
    func loss(_ redis: inout RedisConnection) throws -> Loss {
        var commands = CommandBuffer()
        commands.begin(2 + claims.count)
        commands.argument("HMGET")
        commands.argument(text: KeySpace.claims)
        for claim in claims { commands.argument(text: claim.field) }
        commands.begin(2 + plan.topics.count)
        commands.argument("HMGET")
        commands.argument(text: keys.growth)
        for topic in plan.topics { commands.argument(text: topic.name) }
        commands.command("HGET", keys.about, About.version)
        let replies = try redis.roundTrip(commands)
        for (reply, key) in zip(replies, [KeySpace.claims, keys.growth, keys.about]) {
            if case .error(let text) = reply { throw RedisError.reply(text, to: "reading \(key)") }
        }
        var loss = Loss(isAboutLost: replies[2] == .null)
        for (claim, found) in zip(claims, replies[0].elements ?? []) where found == .null {
            loss.views.append(claim.view)
        }
        for (topic, found) in zip(plan.topics, replies[1].elements ?? []) where found == .null {
            loss.topics.append(topic.name)
        }
        return loss
    }

    /// What was lost, and where from it was written again.
    func words(_ loss: Loss, from source: String) -> String {
        var parts: [String] = []
        if !loss.views.isEmpty { parts.append("\(KeySpace.claims) of the views \(loss.views.joined(separator: ", "))") }
        if !loss.topics.isEmpty { parts.append("\(keys.growth) of \(loss.topics.joined(separator: ", "))") }
        if loss.isAboutLost { parts.append(keys.about) }
        return
            "projection \(plan.name): Redis has lost \(parts.joined(separator: ", ")), although the generation is there: written "
            + "again from \(source). Find out what removed them, another program or a restored backup"
    }
}
