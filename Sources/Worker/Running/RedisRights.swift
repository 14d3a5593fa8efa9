import Bytes
import Projections
import Records
import Redis

/// What a worker's user must be allowed in Redis (Deployment.md, "Redis"): found out before anything is written, and all of
/// it at once.
///
/// Every command is queued in a transaction on a key that it would use, and the transaction is discarded: Redis checks the
/// rights when it queues.
enum RedisRights {
    /// On Lantern's own keys.
    private static let own = [
        ["GET"], ["MGET"], ["EXISTS"], ["DEL"], ["UNLINK"], ["TYPE"], ["SET", "-"], ["HSET", "-", "-"], ["HGET", "-"],
        ["HMGET", "-"], ["HGETALL"], ["HLEN"], ["HKEYS"], ["HSTRLEN", "-"], ["HDEL", "-"], ["ZADD", "0", "-"],
        ["ZREM", "-"],
        ["ZRANGE", "0", "0"], ["WATCH"],
    ]
    /// Without a key.
    private static let keyless = [["INFO"], ["TIME"], ["SCAN", "0"], ["UNWATCH"]]

    /// On the rows of one kind of view.
    private static func commands(of kind: ViewKind) -> [[String]] {
        switch kind {
        case .hash: [["HSET", "-", "-"], ["HDEL", "-"], ["HGET", "-"], ["HINCRBY", "-", "1"]]
        case .buckets: [["HGET", "-"], ["HINCRBY", "-", "1"]]
        case .document: [["SET", "-"], ["MSET", "-"]]
        case .counter: [["GET"], ["SET", "-"], ["INCRBY", "1"]]
        case .set: [["SADD", "-"], ["SREM", "-"]]
        case .sortedSet: [["ZADD", "0", "-"], ["ZREM", "-"], ["ZINCRBY", "1", "-"], ["ZSCORE", "-"]]
        case .latest: [["ZADD", "0", "-"], ["ZREMRANGEBYRANK", "0", "0"]]
        case .unique: [["PFADD", "-"]]
        }
    }

    /// Throws ``WorkerError`` that names every command and every key pattern that the user lacks, and `RedisError`.
    static func check(_ plans: [ProjectionPlan], _ redis: inout RedisConnection) throws {
        var missing = Missing()
        var probes: [(command: String, pattern: String)] = []
        var queued = CommandBuffer()
        func add(_ words: [String], key: [UInt8]?, of pattern: String) {
            queued.begin(words.count + (key == nil ? 0 : 1))
            queued.argument(text: words[0])
            if let key { queued.argument(key) }
            for word in words.dropFirst() { queued.argument(text: word) }
            probes.append((words[0], pattern))
        }
        queued.command("MULTI")
        for words in keyless { add(words, key: nil, of: "") }
        for words in own { add(words, key: Array(KeySpace.claims.utf8), of: KeySpace.claims) }
        for plan in plans {
            let keys = KeySpace(projection: plan.name)
            let announcing = plan.announcesChanges ? [["XADD", "*", "-", "-"]] : []
            for words in own + announcing { add(words, key: Array(keys.generation.utf8), of: keys.pattern) }
            for view in plan.views {
                let pattern = KeyPattern(view)
                let key = pattern.literalPrefix + (pattern.valueCount > 0 ? [UInt8(ascii: "1")] : [])
                // A dash means a range in brackets only.
                let readable = readableText(pattern.scanPattern).replacing("\\-", with: "-")
                let expiring = view.timeToLive != nil || view.kind.redisType == "hash" ? [["PEXPIREAT", "1"]] : []
                for words in commands(of: view.kind) + [["DEL"], ["UNLINK"], ["TYPE"]] + expiring {
                    add(words, key: key, of: readable)
                }
            }
        }
        queued.command("DISCARD")
        let replies = try redis.roundTrip(queued)
        for (probe, reply) in zip(probes, replies.dropFirst()) {
            if case .error(let text) = reply { missing.note(text, probe.command, probe.pattern) }
        }
        if case .error(let text)? = replies.last { missing.note(text, "DISCARD", "") }
        try missing.throwError(redis.options)
    }

    /// The same for what a promotion does beyond that, before live is made to stand.
    static func checkPromotion(_ subject: PromotionSubject, _ redis: inout RedisConnection) throws {
        let (home, other, key) = ("\(subject.home)", "\(subject.database)", KeySpace.history)
        let commands = [
            ["SELECT", home], ["SWAPDB", home, other], ["MOVE", key, other], ["LPUSH", key, "-"],
            ["LTRIM", key, "0", "0"], ["DEL", key], ["ZCARD", key], ["SCARD", key],
        ]
        let replies = try redis.roundTrip(words: [["MULTI"]] + commands + [["DISCARD"]])
        var missing = Missing()
        for (command, reply) in zip(commands, replies.dropFirst()) {
            guard case .error(let text) = reply else { continue }
            if command[0] == "SWAPDB", readableText(text).contains("unknown command") {
                throw WorkerError(
                    .refused,
                    "Redis at \(redis.options.address) has no SWAPDB, so that databases cannot be exchanged there. Build again in place (`lantern run --fresh`), or use a Redis that has it."
                )
            }
            missing.note(text, command[0], key)
        }
        try missing.throwError(redis.options)
    }
}

extension RedisRights {
    /// What was refused.
    private struct Missing {
        var commands: Set<String> = []
        /// In the order in which they were tried.
        var patterns: [String] = []

        /// Only a missing right counts: a server that is out of memory refuses to queue as well.
        mutating func note(_ reply: [UInt8], _ command: String, _ pattern: String) {
            guard RedisErrorCode(reply.span) == .noPerm else { return }
            let words = readableText(reply)
            if words.contains(" key"), !words.contains("to run the") {
                if !patterns.contains(pattern) { patterns.append(pattern) }
            } else {
                commands.insert(command)
            }
        }

        func throwError(_ options: RedisOptions) throws(WorkerError) {
            let user = options.user ?? options.address.user ?? "default"
            if let error = error(of: user, at: options.address.description) { throw error }
        }

        private func error(of user: String, at place: String) -> WorkerError? {
            guard !commands.isEmpty || !patterns.isEmpty else { return nil }
            let commands = commands.sorted()
            var parts: [String] = []
            if !commands.isEmpty { parts.append("commands \(commands.joined(separator: ", "))") }
            if !patterns.isEmpty { parts.append("keys \(patterns.joined(separator: ", "))") }
            let rules = commands.map { "+\($0.lowercased())" } + patterns.map { "~\($0)" }
            return WorkerError(
                .refused,
                "Redis user \(user) at \(place) lacks rights: \(parts.joined(separator: "; ")). Nothing was written. "
                    + "To grant them: `ACL SETUSER \(user) \(rules.joined(separator: " "))`.")
        }
    }
}
