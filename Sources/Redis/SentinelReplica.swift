/// A replica as a sentinel describes it.
struct SentinelReplica: Sendable, Equatable {
    var endpoint: RedisAddress.Endpoint
    /// Whether it follows its master now.
    var isLinked: Bool
    /// How much of what its master wrote it has.
    var offset: Int64

    /// Those that answer, of the reply to SENTINEL REPLICAS; the freshest first.
    static func alive(in reply: RedisValue) -> [SentinelReplica] {
        let found = (reply.elements ?? []).compactMap { SentinelReplica($0) }
        return found.sorted { first, second in
            first.isLinked == second.isLinked ? first.offset > second.offset : first.isLinked
        }
    }

    /// nil if it is not one, or the sentinel does not reach it.
    private init?(_ reply: RedisValue) {
        let words = (reply.elements ?? []).map { $0.text ?? "" }
        var fields: [String: String] = [:]
        for index in stride(from: 0, to: words.count - 1, by: 2) { fields[words[index]] = words[index + 1] }
        let flags = fields["flags"]?.split(separator: ",") ?? []
        let isGone = flags.contains { ["s_down", "o_down", "disconnected"].contains($0) }
        guard flags.contains("slave"), !isGone, let host = fields["ip"],
            let port = fields["port"].flatMap({ UInt16($0) })
        else { return nil }
        endpoint = .tcp(host: host, port: port)
        isLinked = fields["master-link-status"] == "ok"
        offset = fields["slave-repl-offset"].flatMap { Int64($0) } ?? 0
    }
}
