public import Redis

/// What a projection's generation record in one database says, or what stands there without one.
public enum GenerationFinding: Sendable, Equatable {
    /// Nothing of it is there: it was never started.
    case nothing
    case found(GenerationRecord)
    /// The keys contradict each other, or contain something that Lantern did not write: no worker uses it until an
    /// operator acts.
    case broken(String)

    /// Reads a few keys; throws `RedisError`.
    ///
    /// `topics` are those whose checkpoints would be remains of it.
    public static func read(
        _ projection: String, topics: [String] = [], _ redis: inout RedisConnection
    ) throws -> GenerationFinding {
        let keys = KeySpace(projection: projection)
        let remedy = "Restore Redis's data, or build again with `lantern run --fresh \(projection)`."
        guard let text = try redis.command("GET", keys.generation).text else {
            guard let remains = try remains(of: projection, topics: topics, &redis) else { return .nothing }
            return .broken("\(keys.generation) is missing, but \(remains) is there. \(remedy)")
        }
        guard let record = GenerationRecord(text: text) else {
            return .broken("\(keys.generation) holds \"\(text)\", which Lantern did not write. \(remedy)")
        }
        return .found(record)
    }

    /// Something that only a generation leaves, where its record is missing.
    public static func remains(
        of projection: String, topics: [String], _ redis: inout RedisConnection
    ) throws -> String? {
        let keys = KeySpace(projection: projection)
        for key in [keys.about, keys.growth, keys.damage] + topics.map({ keys.checkpoint($0, 0) })
        where try redis.command("EXISTS", key).integer == 1 { return key }
        let claim = try Claim.all(&redis).first { $0.projection == projection }
        return claim.map { "the claim of view \($0.view)" }
    }

    /// What keeps everybody from working it; nil: nothing.
    public var obstacle: String? {
        switch self {
        case .nothing: nil
        case .broken(let words): words
        case .found(let record):
            record.state == .dropping
                ? "generation \(record.number) is being dropped. If that was interrupted, run the `--fresh` or the `drop` again."
                : nil
        }
    }
}
