internal import Foundation

extension RedisServer {
    /// How many bytes of commands it has had for replicas, or from its master.
    public var replicationOffset: Int { figure("master_repl_offset") ?? 0 }

    /// Waits until it has all that the master has now. (That its link is up says less: it may be that of before.)
    public func awaitCopy(of master: RedisServer) throws {
        let wanted = master.replicationOffset
        let identifier = master.word("master_replid")
        let deadline = Date(timeIntervalSinceNow: 60)
        while Date() < deadline {
            if word("master_link_status") == "up", word("master_sync_in_progress") == "0",
                identifier != nil, word("master_replid") == identifier, replicationOffset >= wanted
            {
                return
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        throw RedisServerError(
            description: "no copy of \(master.url) within 60 s: \((try? cli(["INFO", "replication"])) ?? "no reply")")
    }

    private func figure(_ name: String) -> Int? { word(name).flatMap { Int($0) } }

    /// What `INFO replication` says.
    private func word(_ name: String) -> String? {
        let text = (try? cli(["INFO", "replication"])) ?? ""
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("\(name):") }
        return line.map { String($0.dropFirst(name.count + 1)) }
    }
}
