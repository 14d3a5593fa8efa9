public import Redis

/// The projections that a database holds anything of, whatever a file says.
public enum StoredProjections {
    /// Their names, in order; reads the names of all of Lantern's keys.
    public static func names(_ redis: inout RedisConnection) throws -> [String] {
        var names = Set(try Claim.all(&redis).map(\.projection))
        try redis.scan(match: Array("\(KeySpace.prefix)*:*".utf8)) { keys in
            for key in keys {
                guard let owner = KeySpace.owner(of: key) else { continue }
                // What expires by itself, and what was only asked for, is no projection yet.
                if owner.kind == "ledger" || KeySpace.kindsOfGeneration.contains(owner.kind) {
                    names.insert(owner.projection)
                }
            }
            return true
        }
        return names.sorted()
    }
}
