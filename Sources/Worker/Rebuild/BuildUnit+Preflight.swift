import Bytes
public import Projections
import Records
public import Redis

// What would keep a build from being made or promoted, looked at before anything is built.
extension BuildUnit {
    /// Throws ``WorkerError`` with the one thing that has to be done first.
    ///
    /// `mayReplace`: whether a former generation may be dropped for it if no database is empty.
    public func check(
        database: Int?, mayReplace: Bool = false, sample: RowSample = .all, _ redis: inout RedisConnection
    ) throws {
        try checkLive(&redis)
        for keeper in keepers { try keeper.refuseIncompleteLog() }
        let room = mayReplace && database == nil ? try replaceable(&redis).first?.database : nil
        let database = try room ?? candidates(database, &redis)[0]
        try checkRights(database, &redis)
        try checkMemory(sample, &redis)
        try checkForeignKeys(&redis)
    }

    /// Each projection is live in the home database, and no other one is.
    private func checkLive(_ redis: inout RedisConnection) throws {
        for name in names {
            switch try GenerationFinding.read(name, &redis) {
            case .found: break
            case .broken(let words): throw WorkerError(.halted, "projection \(name): \(words)")
            case .nothing:
                throw WorkerError(
                    .failed,
                    "projection \(name) has no live generation in database \(finder.home), so there is nothing to build beside: `lantern run` makes the first one."
                )
            }
        }
    }

    /// A user's rights are tried without effect: Redis looks at them when a command is queued.
    private func checkRights(_ database: Int, _ redis: inout RedisConnection) throws {
        var commands = CommandBuffer()
        commands.command("MULTI")
        commands.command("SWAPDB", "\(finder.home)", "\(database)")
        commands.command("SELECT", "\(database)")
        commands.command("DISCARD")
        let replies = try redis.roundTrip(commands)
        for (command, reply) in zip(["MULTI", "SWAPDB", "SELECT"], replies) {
            // A Redis that is full refuses as well: that is another matter, and looked at next.
            guard case .error(let text) = reply, RedisErrorCode(text.span) != .oom else { continue }
            throw WorkerError(
                .refused,
                "Redis at \(redis.options.address) refuses \(command) (\(readableText(text))), so a build could never be promoted. Grant the user +\(command.lowercased()), or build in place, with downtime: `lantern run --fresh PROJECTION`. Nothing was built."
            )
        }
    }

    /// The build needs about as much memory as the live side has, or its share of that.
    private func checkMemory(_ sample: RowSample, _ redis: inout RedisConnection) throws {
        let estimate = try memory(&redis)
        let needed = estimate.bytes / Int64(sample.share)
        guard let left = estimate.left, needed > left else { return }
        throw WorkerError(
            .refused,
            "Redis at \(redis.options.address) has too little memory for a build: about \(needed >> 20) MiB are needed, and \(left >> 20) MiB are left of maxmemory. Raise it, or build in place, with downtime: `lantern run --fresh PROJECTION`. Nothing was built."
        )
    }

    /// What the live side takes, and so a build about as much.
    public func memory(_ redis: inout RedisConnection) throws -> MemoryEstimate {
        try MemoryEstimate.read(of: finder.home, try finder.sizes(&redis), home: finder.home, &redis)
    }

    /// A promotion exchanges whole databases: what belongs to nobody here would go with them.
    private func checkForeignKeys(_ redis: inout RedisConnection) throws {
        let names = Set(names)
        let patterns = try Claim.all(&redis).filter { names.contains($0.projection) }.map(\.pattern)
        var foreign: [UInt8]?
        var other: String?
        try redis.scan(match: Array("*".utf8)) { keys in
            for key in keys {
                if KeySpace.isOwn(key) {
                    if let owner = KeySpace.owner(of: key), !names.contains(owner.projection) {
                        other = owner.projection
                    }
                } else if !patterns.contains(where: { $0.parse(key.span) != nil }) {
                    foreign = key
                }
                if foreign != nil || other != nil { return false }
            }
            return true
        }
        if let other {
            throw WorkerError(
                .failed,
                "database \(finder.home) also holds projection \(other), which this file does not have there: a promotion would take it away. Add it to the file, remove it with `lantern drop \(other)`, or give one of them a `database` of its own. Nothing was built."
            )
        }
        if let foreign {
            throw WorkerError(
                .failed,
                "database \(finder.home) also holds \(readableText(foreign)), which belongs to no view of this file: a promotion would take it away. Lantern needs a database of its own: move such keys, or give the projections a `database`. Nothing was built."
            )
        }
    }
}
