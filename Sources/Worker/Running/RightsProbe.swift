import Bytes
import Projections
import Redis

/// Finds all commands and keys at once that this user may not use: they are queued in a transaction that is discarded, and
/// Redis looks at a user's rights when it queues. Nothing is carried out.
struct RightsProbe {
    private typealias Attempt = (command: [String], pattern: String)

    /// What to grant, for a message; nil where nothing is missing.
    ///
    /// Throws `RedisError` where Redis does not answer.
    static func missing(_ plan: ProjectionPlan, _ redis: inout RedisConnection) throws -> String? {
        let attempts = attempts(plan)
        var commands = CommandBuffer()
        commands.command("MULTI")
        for attempt in attempts {
            commands.begin(attempt.command.count)
            for word in attempt.command { commands.argument(text: word) }
        }
        commands.command("DISCARD")
        let replies = try redis.roundTrip(commands)
        guard replies.count == attempts.count + 2 else { return nil }
        var names: [String] = []
        var patterns: [String] = []
        for (attempt, reply) in zip(attempts, replies.dropFirst()) {
            guard case .error(let text) = reply, RedisErrorCode(text.span) == .noPerm else { continue }
            if String(decoding: text, as: UTF8.self).contains("command") {
                let name = "+\(attempt.command[0].lowercased())"
                if !names.contains(name) { names.append(name) }
            } else if !patterns.contains(attempt.pattern) {
                patterns.append(attempt.pattern)
            }
        }
        let rules = names.sorted() + patterns
        return rules.isEmpty ? nil : rules.joined(separator: " ")
    }

    /// What the projection's workers may come to use, each on a key of its own kind that nobody has.
    private static func attempts(_ plan: ProjectionPlan) -> [Attempt] {
        let own = "lantern:\(plan.name):rights"
        var attempts = ownCommands.map { (words(of: $0, key: own), "~lantern:*") }
        attempts += [["SCAN", "0"], ["INFO"], ["ROLE"], ["UNWATCH"]].map { ($0, "~lantern:*") }
        for view in plan.views {
            var prefix = ""
            if case .literal(let text)? = view.key.parts.first { prefix = text }
            for command in self.commands(of: view.kind) {
                attempts.append((words(of: command, key: prefix + "rights"), "~\(prefix)*"))
            }
        }
        return attempts
    }

    private static let ownCommands = [
        "GET", "SET", "DEL", "EXISTS", "MGET", "WATCH", "HSET", "HGET", "HDEL", "HGETALL", "HINCRBY", "ZADD", "ZRANGE",
        "ZREM",
    ]

    private static func commands(of kind: ViewKind) -> [String] {
        switch kind {
        case .hash: ["HSET", "HDEL", "HINCRBY", "HGET", "TYPE", "DEL"]
        case .document: ["SET", "TYPE", "DEL"]
        case .counter: ["INCRBY", "GET", "TYPE", "DEL"]
        case .set: ["SADD", "SREM", "TYPE", "DEL"]
        case .sortedSet: ["ZADD", "ZREM", "ZINCRBY", "ZSCORE", "TYPE", "DEL"]
        case .latest: ["ZADD", "ZREMRANGEBYRANK", "TYPE"]
        case .unique: ["PFADD", "TYPE"]
        case .buckets: ["HINCRBY", "PEXPIREAT", "HGET", "TYPE"]
        }
    }

    /// With as many arguments as the command wants, which Redis looks at first.
    private static func words(of command: String, key: String) -> [String] {
        let rest: [String] =
            switch command {
            case "GET", "DEL", "EXISTS", "MGET", "WATCH", "HGETALL", "TYPE": []
            case "HSET", "HINCRBY": ["f", "1"]
            case "ZADD", "ZINCRBY", "ZRANGE", "ZREMRANGEBYRANK": ["0", "0"]
            default: ["1"]
            }
        return [command, key] + rest
    }
}
