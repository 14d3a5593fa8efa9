/// What a server says of itself, as far as it decides whether it suits.
public struct ServerFacts: Sendable, Equatable {
    /// As `redis_version` says, `7.0.15` for instance.
    public var version: String
    /// Whether it is part of a Redis Cluster.
    public var isCluster: Bool
    /// What it does at `maxmemory`; nil if it does not report it.
    public var maxmemoryPolicy: String?
    /// Whether it keeps an append-only file.
    public var hasAOF: Bool
    /// How many replicas are connected.
    public var replicas: Int
    /// Bytes.
    public var usedMemory: Int
    /// Bytes; 0: no limit.
    public var maxmemory: Int
    /// A random id, new at each start of the server.
    public var runID: String

    /// Whether its version is at least `major.minor`.
    public func isAtLeast(_ major: Int, _ minor: Int) -> Bool {
        let parts = version.split(separator: ".").map { Int($0) ?? 0 }
        let own = (parts.first ?? 0, parts.count > 1 ? parts[1] : 0)
        return own >= (major, minor)
    }

    /// The policy by which the server may drop a key by itself; nil if it cannot.
    public var evictingPolicy: String? {
        guard let policy = maxmemoryPolicy, policy != "noeviction", maxmemory > 0 || policy.hasPrefix("allkeys") else {
            return nil
        }
        return policy
    }

    /// From the text of INFO (lines `name:value`).
    package init(info: String) {
        var fields: [Substring: Substring] = [:]
        for line in info.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon]] = line[line.index(after: colon)...]
        }
        func number(_ name: Substring) -> Int { fields[name].flatMap { Int($0) } ?? 0 }
        version = String(fields["redis_version"] ?? "")
        isCluster = number("cluster_enabled") != 0
        maxmemoryPolicy = fields["maxmemory_policy"].map { String($0) }
        hasAOF = number("aof_enabled") != 0
        replicas = number("connected_slaves")
        usedMemory = number("used_memory")
        maxmemory = number("maxmemory")
        runID = String(fields["run_id"] ?? "")
    }
}

extension RedisConnection {
    /// Inspects the server and refuses one that may evict keys.
    ///
    /// - Throws: ``RedisError/Kind/evicting``, and what ``inspect()`` throws.
    public mutating func ensureKeepsKeys() throws(RedisError) {
        guard let policy = try inspect().evictingPolicy else { return }
        throw failed(.evicting(policy, at: "\(server)"))
    }

    /// Asks the server for ``ServerFacts``: INFO, and CONFIG GET maxmemory-policy if INFO does not contain it.
    ///
    /// Throws if INFO is refused; a refused CONFIG leaves the policy nil.
    public mutating func inspect() throws(RedisError) -> ServerFacts {
        let info = try command("INFO")
        guard let text = info.text else {
            throw failed(RedisError(.protocolViolation, "\(server) did not return text for INFO."))
        }
        var facts = ServerFacts(info: text)
        if facts.maxmemoryPolicy == nil {
            do {
                facts.maxmemoryPolicy = try command("CONFIG", "GET", "maxmemory-policy").elements?.last?.text
            } catch {
                guard case .server = error.kind else { throw error }
            }
        }
        return facts
    }
}
