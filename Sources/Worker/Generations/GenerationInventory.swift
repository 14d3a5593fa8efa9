import Records
import Redis

/// What a database holds of one projection, whatever a file says of it.
struct GenerationInventory {
    /// What its generation's key holds; nil: it is not there.
    let record: [UInt8]?
    /// The generation's number; 0 if its record is missing or damaged.
    let number: Int
    /// Of this projection.
    let own: [Claim]
    /// Of all others.
    let others: [Claim]
    /// What the next generation takes over; the ledger stays where it is.
    let inheritance: Inheritance
    /// Whether there is nothing at all.
    let isEmpty: Bool

    init(_ projection: String, _ redis: inout RedisConnection) throws {
        let keys = KeySpace(projection: projection)
        let record = try redis.command("GET", keys.generation).bytes
        self.record = record
        number = record.flatMap { GenerationRecord(bytes: $0) }?.number ?? 0
        inheritance = try Inheritance(keys, withLedger: false, &redis)
        let claims = try Claim.all(&redis)
        own = claims.filter { $0.projection == projection }
        others = claims.filter { $0.projection != projection }
        var isEmpty = record == nil && own.isEmpty
        if isEmpty {
            try redis.scan(match: Array(keys.pattern.utf8)) { found in
                isEmpty = !found.contains { Self.isOfGeneration($0, projection) }
                return isEmpty
            }
        }
        self.isEmpty = isEmpty
    }

    /// Whether a key goes with the projection's generation; the others (ledger, requests, answers) outlive it.
    static func isOfGeneration(_ key: [UInt8], _ projection: String) -> Bool {
        guard let owner = KeySpace.owner(of: key), owner.projection == projection else { return false }
        return KeySpace.kindsOfGeneration.contains(owner.kind)
    }
}
