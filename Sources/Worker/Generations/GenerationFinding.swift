public import Projections
public import Redis

/// What a projection's `live` and the record that it names say together.
public enum GenerationFinding: Sendable, Equatable {
    /// Nothing of it is there: it was never started.
    case nothing
    case found(number: Int, GenerationRecord)
    /// They contradict each other, or contain something that Lantern did not write: no worker uses it until an operator
    /// acts.
    case broken(String)

    /// Reads a few keys; throws `RedisError`.
    public static func read(_ projection: String, _ redis: inout RedisConnection) throws -> GenerationFinding {
        let keys = KeySpace(projection: projection)
        let remedy = "Restore Redis's data, or build again with `lantern run --fresh \(projection)`."
        guard let live = try redis.command("GET", keys.live).text else {
            if try redis.command("EXISTS", keys.generation(1)).integer == 1 {
                return .broken("\(keys.live) is missing, but \(keys.generation(1)) is there. \(remedy)")
            }
            if let claim = try Claim.all(&redis).first(where: { $0.projection == projection }) {
                return .broken("\(keys.live) is missing, but the claim of view \(claim.view) is there. \(remedy)")
            }
            return .nothing
        }
        guard let number = Int(live) else {
            return .broken("\(keys.live) holds \"\(live)\", which is not a number: another program wrote it. \(remedy)")
        }
        guard let text = try redis.command("GET", keys.generation(number)).text else {
            return .broken(
                "\(keys.live) names generation \(number), but \(keys.generation(number)) is missing. \(remedy)")
        }
        guard let record = GenerationRecord(text: text) else {
            return .broken(
                "\(keys.generation(number)) holds \"\(text)\", which Lantern did not write. \(remedy)")
        }
        return .found(number: number, record)
    }

    /// What keeps everybody from working it; nil: nothing.
    public var obstacle: String? {
        switch self {
        case .nothing: nil
        case .broken(let words): words
        case .found(let number, let record):
            record.state == .dropping
                ? "generation \(number) is being dropped. If that was interrupted, run the `--fresh` or the `drop` again."
                : nil
        }
    }
}
