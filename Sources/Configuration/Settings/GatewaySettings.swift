public import Redis
public import System

/// Whether this process listens for HTTP, where, and who may use it.
public struct GatewaySettings: Sendable, Equatable {
    /// PEM files, as written: relative paths start at the working directory.
    public struct TLS: Sendable, Equatable {
        public var certificate: String
        public var key: String
    }

    public var listen: ListenAddress
    /// Files that hold the tokens, as written.
    public var readTokenFile: String?
    public var operateTokenFile: String?
    /// Names under which it may be asked, in lower case.
    public var hosts: [String] = []
    public var tls: TLS?
    /// The file that holds the tokens of clients, as written.
    public var clientsFile: String?
    /// The views that clients of a role may read: `PROJECTION.VIEW` or `PROJECTION.*`.
    public var roles: [String: [String]] = [:]
    /// The replicas that rows are read from, none meaning those that the sentinels know; nil: the master.
    public var replicas: [RedisAddress.Endpoint]?
    /// Open connections at the same time, and those of them that may come from one address; nil: the usual number.
    public var connections: Int?
    public var connectionsPerAddress: Int?

    /// Where it listens if nothing is said.
    public static let usualAddress = "127.0.0.1:8080"

    /// Listens there, without tokens.
    public init?(listen: String = usualAddress) {
        guard let address = ListenAddress(listen) else { return nil }
        self.listen = address
    }
}
