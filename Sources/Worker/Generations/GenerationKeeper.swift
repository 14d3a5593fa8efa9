import Bytes
public import Projections
public import Records
public import Redis

/// Finds or makes the generation that a worker writes: the first start, `--fresh`, and who may write at all
/// (Operations.md, "The first start").
public struct GenerationKeeper: Sendable {
    /// What a worker is to do.
    public enum Standing: Sendable, Equatable {
        /// Write this generation; its key holds exactly this text, or will once a promotion no longer drains it.
        case write(number: Int, text: String, identifier: String)
        /// The live generation has another definition, and this one in another database has the worker's own.
        case build(GenerationPlace)
        /// Nothing, healthily: why, and which command changes it.
        case idle(String)
    }

    public let plan: ProjectionPlan
    public let fingerprint: String
    public let facts: LogFacts
    public var allowsPartial = false
    public var acceptsCluster = false
    /// Told what was found and cured.
    var report: @Sendable (String) -> Void = { _ in }
    /// Where else a generation of this definition may be; nil: nowhere else.
    public var finder: GenerationFinder?
    /// What is kept beside a generation that it makes: the definition, and which program made it.
    public var definition: String?
    public var builtBy: String?
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
            if let text = try redis.command("GET", keys.generation).text { return try join(text, &redis) }
            try refuseRemains(&redis)
            if let standing = try create(number: 1, &redis) { return standing }
        }
        throw WorkerError(
            .failed,
            "projection \(plan.name): its keys in Redis keep changing while it starts; is another program writing lantern:* keys?"
        )
    }

    private func join(_ text: String, _ redis: inout RedisConnection) throws -> Standing {
        guard let record = GenerationRecord(text: text) else {
            throw WorkerError(
                .halted,
                "projection \(plan.name): \(keys.generation) holds \"\(text)\", which Lantern did not write. Restore Redis's data, or build the views again with `lantern run --fresh \(plan.name)`."
            )
        }
        let number = record.number
        guard record.state != .dropping else {
            return .idle(
                "projection \(plan.name): generation \(number) is being dropped (token \(record.token)); this worker starts as soon as there is a generation that it may write. If that was interrupted, run `lantern run --fresh \(plan.name)` again."
            )
        }
        try compareCluster(&redis)
        try compareTopics(&redis)
        guard record.fingerprint == fingerprint else {
            if let place = try elsewhere(&redis) { return .build(place) }
            return .idle(
                "projection \(plan.name): the live generation \(number) was built by another version of it (fingerprint \(record.fingerprint), this file's is \(fingerprint)). To build this version beside it: `lantern rebuild`; in its place, with downtime: `lantern run --fresh \(plan.name)`"
            )
        }
        // Lanes stand while it is drained, and end that if its driver is gone: somebody must.
        if record.state == .open { try mend(text, &redis) }
        return .write(number: number, text: record.opened.text, identifier: record.identifier)
    }

    /// The open generation of this definition that is not live, the newest if there are several.
    private func elsewhere(_ redis: inout RedisConnection) throws -> GenerationPlace? {
        guard let finder else { return nil }
        return try finder.places(of: [plan.name], &redis)[0]
            .filter { $0.database != finder.home && $0.record.fingerprint == fingerprint && $0.record.state == .open }
            .max { $0.record.number < $1.record.number }
    }

    /// Joins the generation with that identifier, whether or not it is live; `redis` is in its database.
    ///
    /// nil: it is not there.
    func join(identifier: String, _ redis: inout RedisConnection) throws -> Standing? {
        guard let text = try redis.command("GET", keys.generation).text, let record = GenerationRecord(text: text),
            record.identifier == identifier
        else { return nil }
        guard record.state != .dropping else {
            return .idle("projection \(plan.name): generation \(record.number) is being dropped")
        }
        try compareCluster(&redis)
        try compareTopics(&redis)
        return .write(number: record.number, text: record.opened.text, identifier: identifier)
    }

    private func compareCluster(_ redis: inout RedisConnection) throws {
        guard let now = facts.clusterID, try refuseCluster(&redis) else { return }
        try redis.command("HSET", keys.about, About.cluster, now)
    }

    /// Refuses another Kafka cluster than the generation's own unless that is accepted; returns whether the id that is
    /// stored is to be replaced.
    @discardableResult
    func refuseCluster(_ redis: inout RedisConnection) throws -> Bool {
        guard let now = facts.clusterID else { return false }
        let before = try redis.command("HGET", keys.about, About.cluster).text ?? ""
        if before == now { return false }
        // No broker said it when the generation was made.
        if before.isEmpty { return true }
        guard acceptsCluster else {
            throw WorkerError(
                .refused,
                "projection \(plan.name) was built from Kafka cluster \(before), but this is cluster \(now), where its offsets mean nothing. After a migration that kept the offsets, pass `--accept-cluster`; otherwise point `kafka:` at the right cluster."
            )
        }
        return true
    }

    /// A topic that was created again has the old one's name and another id.
    private func compareTopics(_ redis: inout RedisConnection) throws {
        for (topic, now) in facts.topicIDs.sorted(by: { $0.key < $1.key }) {
            let field = About.topicID(topic)
            let before = try redis.command("HGET", keys.about, field).text
            if before == now { continue }
            guard before == nil || acceptsCluster else {
                throw WorkerError(
                    .halted,
                    "projection \(plan.name) was built from topic \(topic) with id \(before ?? ""), but the topic's id is now \(now): it was deleted and created again, and the old offsets mean nothing. Build the views again with `lantern run --fresh \(plan.name)`."
                )
            }
            try redis.command("HSET", keys.about, field, now)
        }
    }

    /// No generation: then nothing else of it may be there either, or something was lost.
    private func refuseRemains(_ redis: inout RedisConnection) throws {
        var remains: [String] = []
        for topic in facts.topics {
            for partition in topic.partitions.indices {
                let key = keys.checkpoint(topic.name, Int32(partition))
                if try redis.command("EXISTS", key).integer == 1 { remains.append(key) }
            }
        }
        if let other = try GenerationFinding.remains(of: plan.name, topics: [], &redis) { remains.append(other) }
        let claims = try Claim.all(&redis)
        // Two workers that start together: the other one's keys appear all at once, with the record.
        if try redis.command("EXISTS", keys.generation).integer == 1 { return }
        guard remains.isEmpty else {
            throw WorkerError(
                .halted,
                "projection \(plan.name): \(keys.generation) is missing, but \(remains[0]) is there: some of Redis's data was lost. Restore it, or build the views again with `lantern run --fresh \(plan.name)`."
            )
        }
        try refuseCollisions(claims)
        for view in plan.views { try refuseRows(of: view, &redis) }
        try refuseIncompleteLog()
    }

    /// Kafka has deleted the first events, and `--allow-partial` was not given.
    func refuseIncompleteLog() throws {
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

    func refuseCollisions(_ claims: [Claim]) throws {
        for view in plan.views {
            let own = KeyPattern(view)
            for claim in claims where claim.projection != plan.name && KeyPattern.canCollide(own, claim.pattern) {
                throw WorkerError(
                    .refused,
                    "projection \(plan.name), view \(view.name): its keys could be the same as those of view \(claim.view) of projection \(claim.projection), which already writes to this Redis. Give one of them another key template."
                )
            }
        }
    }

    /// Keys of the view's template that none of `claims` covers were written by another program.
    func refuseRows(of view: ViewPlan, outside claims: [Claim] = [], _ redis: inout RedisConnection) throws {
        let pattern = KeyPattern(view)
        let owned = claims.map(\.pattern)
        guard !owned.contains(Claim(projection: plan.name, view: view).pattern) else { return }
        var found: [UInt8]?
        try redis.scan(match: pattern.scanPattern) { keys in
            found = keys.first { key in
                pattern.parse(key.span) != nil && !owned.contains { $0.parse(key.span) != nil }
            }
            return found == nil
        }
        guard let found else { return }
        throw WorkerError(
            .refused,
            "projection \(plan.name), view \(view.name): Redis already holds \(readableText(found)), which this projection did not write (none of its claims covers that key). Remove such keys by hand, or use another key template or database."
        )
    }

    /// One transaction under WATCH: record, claims, a checkpoint for every partition, growth. nil: lost the race.
    private func create(number: Int, _ redis: inout RedisConnection) throws -> Standing? {
        let hold = GenerationHold(expected: [(keys.generation, nil)])
        let record = newRecord(number: number)
        var commands = CommandBuffer()
        appendCreation(of: record, to: &commands)
        let isMade = try hold.perform(commands, watching: [KeySpace.claims], &redis) { redis in
            try refuseCollisions(try Claim.all(&redis))
        }
        return isMade ? .write(number: number, text: record.text, identifier: record.identifier) : nil
    }
}
