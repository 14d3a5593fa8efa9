import Bytes
import Redis

/// One connection of readers, opened when it is needed, and again after it was lost or another server was chosen.
struct ReadConnection: ~Copyable {
    private let servers: ReadServers
    private var opened: ReadServers.Opened?
    /// How often it was opened.
    private(set) var openings = 0

    init(_ servers: ReadServers) { self.servers = servers }

    /// Reading twice changes nothing, so that a connection that was lost in between costs no answer.
    mutating func exchange(_ commands: borrowing CommandBuffer) throws(RedisError) -> [RedisValue] {
        if let known = opened.take(), known.redis.isOpen, known.turn == servers.turn {
            do {
                return try exchange(commands, over: known)
            } catch {
                // Who waited once as long as is allowed does not wait again.
                if error.kind == .timeout { throw error }
            }
        }
        let fresh = try servers.open()
        openings += 1
        return try exchange(commands, over: fresh)
    }

    private mutating func exchange(
        _ commands: borrowing CommandBuffer, over opened: consuming ReadServers.Opened
    ) throws(RedisError) -> [RedisValue] {
        guard servers.isReplica else {
            let replies = try opened.redis.roundTrip(commands)
            self.opened = consume opened
            return replies
        }
        // A replica that became the master is left: it has enough to do.
        var all = CommandBuffer()
        all.command("ROLE")
        all.append(commands)
        let replies = try opened.redis.roundTrip(all)
        let role = replies.first?.elements?.first?.text ?? "unknown"
        guard role == "slave" else {
            throw RedisError(.notReplica, "Redis at \(opened.redis.server) is not a replica any more, but \(role).")
        }
        self.opened = consume opened
        return Array(replies.dropFirst())
    }
}
