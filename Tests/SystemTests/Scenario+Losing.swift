import Foundation
import RedisServer
import Testing

/// A Redis that loses what it acknowledged last.
extension Scenario {
    /// Begins a new append-only file. Redis 7.0 leaves the head of a transaction that was cut within a command in the file
    /// and writes on behind it, so that another restart would carry it out together with the next one.
    func beginAppendOnlyFile() throws {
        try redis.cli(["BGREWRITEAOF"])
        let isDone = try eventually(within: 180) {
            let facts = try redis.cli(["INFO", "persistence"])
            return facts.contains("aof_rewrite_in_progress:0") && facts.contains("aof_rewrite_scheduled:0")
        }
        try #require(isDone, "Redis does not finish its rewrite")
    }

    /// Cuts the newest append-only file, while Redis is down.
    ///
    /// - Parameter share: how much of it stays, of 1.
    func cutAppendOnlyFile(keeping share: Double) throws {
        let folder = "\(redis.folder)/appendonlydir"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".incr.aof") }
        func number(_ name: String) -> Int { name.split(separator: ".").compactMap { Int($0) }.first ?? 0 }
        let file = "\(folder)/\(try #require(files.max { number($0) < number($1) }))"
        let size = (try FileManager.default.attributesOfItem(atPath: file)[.size] as? NSNumber)?.doubleValue ?? 0
        _ = unsafe truncate(file, off_t(size * share))
    }

    /// Waits until a replica has all that Redis has.
    func waitForReplica(_ replica: RedisServer) throws {
        let isThere = try eventually(within: 60) {
            try replica.cli(["INFO", "replication"]).contains("master_link_status:up")
        }
        try #require(isThere, "the replica does not follow")
        try redis.cli(["WAIT", "1", "10000"])
    }

    /// Redis has from now on what a former replica has, and its clients are cut off, as after a failover to that.
    func takeOver(from replica: RedisServer) throws {
        try redis.cli(["REPLICAOF", "127.0.0.1", "\(replica.port)"])
        let isThere = try eventually(within: 60) {
            try redis.cli(["INFO", "replication"]).contains("master_link_status:up")
        }
        try #require(isThere, "Redis does not take over")
        try redis.cli(["REPLICAOF", "NO", "ONE"])
        try redis.cli(["CLIENT", "KILL", "TYPE", "normal"])
    }
}
