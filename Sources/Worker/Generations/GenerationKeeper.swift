import Bytes
public import Projections
public import Redis

/// Finds or makes the generation that a worker writes: the first start, `--fresh`, and who may write at all (DESIGN §8).
public struct GenerationKeeper: Sendable {
    /// What a worker is to do.
    public enum Standing: Sendable, Equatable {
        /// Write this generation; its key holds exactly this text.
        case write(number: Int, text: String, identifier: String)
        /// Nothing, healthily: why, and which command changes it.
        case idle(String)
    }

    public let plan: ProjectionPlan
    public let fingerprint: String
    public let facts: LogFacts
    public var allowsPartial = false
    public var acceptsCluster = false
    let keys: KeySpace

    public init(plan: ProjectionPlan, fingerprint: String, facts: LogFacts) {
        self.plan = plan
        self.fingerprint = fingerprint
        self.facts = facts
        keys = KeySpace(projection: plan.name)
    }

    /// Joins the live generation, or makes the first one.
    public func establish(_ redis: inout RedisConnection) throws -> Standing {
        // Another worker may make it at the same moment: the loser of two reads the winner's.
        for _ in 0..<10 {
            if let number = try redis.command("GET", keys.live).text {
                guard let number = Int(number) else {
                    throw WorkerError(
                        .halted,
                        "\(keys.live) holds \"\(number)\", which is no number: another program writes lantern:* keys.")
                }
                return try join(number, &redis)
            }
            try refuseRemains(&redis)
            if let standing = try create(number: 1, &redis) { return standing }
        }
        throw WorkerError(
            .failed,
            "projection \(plan.name): its keys in Redis keep changing while it starts; is another program writing lantern:* keys?"
        )
    }

    private func join(_ number: Int, _ redis: inout RedisConnection) throws -> Standing {
        guard let text = try redis.command("GET", keys.generation(number)).text,
            let record = GenerationRecord(text: text)
        else {
            throw WorkerError(
                .halted,
                "projection \(plan.name): \(keys.live) names generation \(number), but \(keys.generation(number)) is missing or damaged. Some of Redis's data was lost: restore it, or build anew with `lantern run --fresh \(plan.name)`."
            )
        }
        guard record.state != .dropping else {
            throw WorkerError(
                .halted,
                "projection \(plan.name): a `--fresh` of generation \(number) did not finish. Run `lantern run --fresh \(plan.name)` again."
            )
        }
        try compareCluster(number, &redis)
        try compareTopics(number, &redis)
        guard record.fingerprint == fingerprint else {
            return .idle(
                "projection \(plan.name): the live generation \(number) was built by another version of it (fingerprint \(record.fingerprint), this file's is \(fingerprint)). To build this version anew: `lantern run --fresh \(plan.name)`"
            )
        }
        guard record.state == .live else {
            return .idle("projection \(plan.name): generation \(number) is \(record.state.rawValue)")
        }
        return .write(number: number, text: text, identifier: record.identifier)
    }

    private func compareCluster(_ number: Int, _ redis: inout RedisConnection) throws {
        guard let now = facts.clusterID else { return }
        guard let before = try redis.command("HGET", keys.about(number), "cluster").text, before != now else { return }
        guard acceptsCluster else {
            throw WorkerError(
                .refused,
                "projection \(plan.name) was built from Kafka cluster \(before), this one is \(now): its offsets mean nothing here. After a migration that kept the offsets say `--accept-cluster`; else point `kafka:` at the right cluster."
            )
        }
        try redis.command("HSET", keys.about(number), "cluster", now)
    }

    /// A topic that was made anew has the old one's name and another id.
    private func compareTopics(_ number: Int, _ redis: inout RedisConnection) throws {
        for (topic, now) in facts.topicIDs.sorted(by: { $0.key < $1.key }) {
            let field = "topic-id:\(topic)"
            let before = try redis.command("HGET", keys.about(number), field).text
            if before == now { continue }
            guard before == nil || acceptsCluster else {
                throw WorkerError(
                    .halted,
                    "projection \(plan.name) was built from a topic \(topic) with id \(before ?? ""), this one's is \(now): it was deleted and made anew, and its offsets mean nothing here. Build anew with `lantern run --fresh \(plan.name)`."
                )
            }
            try redis.command("HSET", keys.about(number), field, now)
        }
    }

    /// No live generation: then nothing else of it may be there either, or something was lost.
    private func refuseRemains(_ redis: inout RedisConnection) throws {
        var remains: [String] = []
        if try redis.command("GET", keys.generation(1)) != .null { remains.append(keys.generation(1)) }
        for topic in facts.topics {
            for partition in topic.partitions.indices {
                let key = keys.checkpoint(1, topic.name, Int32(partition))
                if try redis.command("EXISTS", key).integer == 1 { remains.append(key) }
            }
        }
        let claims = try claims(&redis)
        remains += claims.filter { $0.projection == plan.name }.map { "the claim of view \($0.view)" }
        // Two workers that start together: the other one's keys appear all at once, with `live`.
        if try redis.command("EXISTS", keys.live).integer == 1 { return }
        guard remains.isEmpty else {
            throw WorkerError(
                .halted,
                "projection \(plan.name): \(keys.live) is missing, but \(remains[0]) is there: some of Redis's data was lost. Restore it, or build anew with `lantern run --fresh \(plan.name)`."
            )
        }
        try refuseCollisions(claims)
        for view in plan.views { try refuseRows(of: view, &redis) }
        guard !allowsPartial else { return }
        for (index, topic) in facts.topics.enumerated() where !plan.topics[index].isCompacted {
            for (partition, marks) in topic.partitions.enumerated() where marks.low > 0 {
                throw WorkerError(
                    .refused,
                    "projection \(plan.name): \(topic.name)-\(partition) begins at offset \(marks.low), not at 0: Kafka has deleted its first events, so the views would lack them. `lantern run --allow-partial` starts with what is there."
                )
            }
        }
    }

    private func claims(_ redis: inout RedisConnection) throws -> [Claim] {
        let elements = try redis.command("HGETALL", KeySpace.claims).elements ?? []
        return stride(from: 0, to: elements.count - 1, by: 2).compactMap { index in
            guard let field = elements[index].text, let value = elements[index + 1].text else { return nil }
            return Claim(field: field, value: value)
        }
    }

    private func refuseCollisions(_ claims: [Claim]) throws {
        for view in plan.views {
            let own = KeyPattern(view)
            for claim in claims where claim.projection != plan.name && KeyPattern.canCollide(own, claim.pattern) {
                throw WorkerError(
                    .refused,
                    "projection \(plan.name), view \(view.name): its keys could be those of view \(claim.view) of projection \(claim.projection), which writes to this Redis already. Give one of them another key template."
                )
            }
        }
    }

    private func refuseRows(of view: ViewPlan, _ redis: inout RedisConnection) throws {
        let pattern = KeyPattern(view)
        var found: [UInt8]?
        try redis.scan(match: pattern.scanPattern) { keys in
            found = keys.first { pattern.parse($0.span) != nil }
            return found == nil
        }
        guard let found else { return }
        throw WorkerError(
            .refused,
            "projection \(plan.name), view \(view.name): Redis holds \(readableText(found)) already, which this projection did not write. Remove those keys, use another key template or database, or let Lantern remove all keys of the view and build: `lantern run --fresh \(plan.name)`."
        )
    }

    /// One transaction under WATCH: generation, claims, a checkpoint for every partition, growth, `live`. nil: lost the race.
    private func create(number: Int, _ redis: inout RedisConnection) throws -> Standing? {
        try redis.command("WATCH", keys.live, keys.generation(number), KeySpace.claims)
        guard try redis.command("EXISTS", keys.live, keys.generation(number)).integer == 0 else {
            try redis.command("UNWATCH")
            return nil
        }
        try refuseCollisions(try claims(&redis))
        let identifier = String(UInt32.random(in: .min ... .max) | 0x1000_0000, radix: 16)
        let record = GenerationRecord(state: .live, fingerprint: fingerprint, identifier: identifier)
        var commands = CommandBuffer()
        commands.command("MULTI")
        commands.command("SET", keys.generation(number), record.text)
        for view in plan.views {
            let claim = Claim(projection: plan.name, view: view)
            commands.command("HSET", KeySpace.claims, claim.field, claim.value)
        }
        for (index, topic) in facts.topics.enumerated() {
            commands.command("HSET", keys.growth(number), topic.name, "\(topic.partitions.count)")
            for (partition, marks) in topic.partitions.enumerated() {
                let start = plan.topics[index].isCompacted || allowsPartial ? marks.low : 0
                if start > 0, !plan.topics[index].isCompacted {
                    commands.command("HSET", keys.about(number), "start:\(topic.name):\(partition)", "\(start)")
                }
                commands.begin(3)
                commands.argument("SET")
                commands.argument(text: keys.checkpoint(number, topic.name, Int32(partition)))
                commands.argument(Checkpoint(next: start, confirmed: start, writer: "creation").text)
            }
        }
        commands.command(
            "HSET", keys.about(number), "version", "\(plan.version)", "cluster", facts.clusterID ?? "",
            "partial", allowsPartial ? "yes" : "no")
        for (topic, identifier) in facts.topicIDs {
            commands.command("HSET", keys.about(number), "topic-id:\(topic)", identifier)
        }
        commands.command("SET", keys.live, "\(number)")
        commands.command("EXEC")
        let replies = try redis.roundTrip(commands)
        switch replies.last {
        case .null?: return nil
        case .array(let results)?:
            for case .error(let text) in results {
                throw WorkerError(
                    .failed, "projection \(plan.name): Redis could not make generation \(number): \(readableText(text))"
                )
            }
            return .write(number: number, text: record.text, identifier: identifier)
        default:
            throw WorkerError(
                .refused,
                "projection \(plan.name): Redis refused to make generation \(number): \(replies.compactMap { if case .error(let text) = $0 { readableText(text) } else { nil } }.joined(separator: "; "))"
            )
        }
    }

    /// `--fresh`: fences the old generation off, removes its rows by the claims, makes the next one live.
    public func startFresh(_ redis: inout RedisConnection) throws -> Standing {
        var number = 0
        if let text = try redis.command("GET", keys.live).text, let live = Int(text) {
            number = live
            if let text = try redis.command("GET", keys.generation(live)).text,
                var record = GenerationRecord(text: text)
            {
                record.state = .dropping
                // From here on no worker of the old generation writes anything. A Redis out of memory refuses the new
                // text; removing the key it never refuses, outside of a transaction.
                do throws(RedisError) {
                    try redis.command("SET", keys.generation(live), record.text)
                } catch {
                    guard error.handling == .retryLater else { throw error }
                    try redis.command("DEL", keys.generation(live))
                }
            }
        }
        let own = try claims(&redis).filter { $0.projection == plan.name }
        for pattern in own.map(\.pattern) + plan.views.map({ KeyPattern($0) }) {
            try removeKeys(matching: pattern.scanPattern, &redis) { pattern.parse($0.span) != nil }
        }
        if number > 0 { try removeKeys(matching: Array(keys.generationPattern(number).utf8), &redis) { _ in true } }
        var commands = CommandBuffer()
        commands.command("MULTI")
        commands.command("DEL", keys.live, keys.generation(number))
        for claim in own { commands.command("HDEL", KeySpace.claims, claim.field) }
        commands.command("EXEC")
        for case .error(let text) in try redis.roundTrip(commands) {
            throw WorkerError(
                .refused,
                "projection \(plan.name): its rows are removed, but Redis refused to forget generation \(number): \(readableText(text)). Run `lantern run --fresh \(plan.name)` again once that is cured."
            )
        }
        return try create(number: number + 1, &redis) ?? establish(&redis)
    }

    /// Removes keys a step of SCAN at a time, so that no other client waits long.
    private func removeKeys(
        matching pattern: [UInt8], _ redis: inout RedisConnection, where belongs: ([UInt8]) -> Bool
    ) throws {
        var cursor = "0"
        repeat {
            let answer = try redis.command([
                Array("SCAN".utf8), Array(cursor.utf8), Array("MATCH".utf8), pattern, Array("COUNT".utf8),
                Array("1000".utf8),
            ])
            cursor = answer.elements?.first?.text ?? "0"
            let found = (answer.elements?.last?.elements ?? []).compactMap(\.bytes).filter(belongs)
            if !found.isEmpty { try redis.command([Array("UNLINK".utf8)] + found) }
        } while cursor != "0"
    }
}
