/// How to reach a Redis server, and how long to wait for it.
public struct RedisOptions: Sendable {
    /// Files for TLS, PEM each.
    public struct TLS: Sendable {
        /// The certificate authority; nil takes the system's.
        public var ca: String?
        /// The client's certificate and key, if the server asks for them.
        public var certificate: String?
        public var key: String?

        public init(ca: String? = nil, certificate: String? = nil, key: String? = nil) {
            self.ca = ca
            self.certificate = certificate
            self.key = key
        }
    }

    public enum Role: Sendable {
        case master
        /// Read only, and however far behind its master.
        case replica
    }

    /// Where the server is.
    public var address: RedisAddress
    /// The ACL user; nil takes the address' one, if any.
    public var user: String?
    /// A file that holds the password, read again at each connect, line ends at its end ignored; it wins over the
    /// address' password.
    public var passwordFile: String?
    /// Files for `rediss://`.
    public var tls: TLS
    /// For name, connection and TLS handshake together.
    public var connectTimeoutMilliseconds: Int
    /// For the reply to one command or pipeline, unless the call says otherwise.
    public var commandTimeoutMilliseconds: Int
    /// Shown by `CLIENT LIST`; no spaces.
    public var clientName: String
    /// What one reply may be at most.
    public var replyLimits: ReplyLimits
    /// The login at the sentinels, if the address names some: their own user and password file.
    public var sentinelUser: String?
    public var sentinelPasswordFile: String?
    /// What the server must be: each connection refuses one that is not.
    public var role = Role.master
    /// Whether each connection refuses a server that may evict keys: the policy may change, and so may the master.
    public var refusesEviction = false

    public init(
        address: RedisAddress, user: String? = nil, passwordFile: String? = nil, tls: TLS = TLS(),
        connectTimeoutMilliseconds: Int, commandTimeoutMilliseconds: Int, replyLimits: ReplyLimits,
        clientName: String = "lantern"
    ) {
        self.address = address
        self.user = user
        self.passwordFile = passwordFile
        self.tls = tls
        self.connectTimeoutMilliseconds = connectTimeoutMilliseconds
        self.commandTimeoutMilliseconds = commandTimeoutMilliseconds
        self.clientName = clientName
        self.replyLimits = replyLimits
    }
}

extension RedisOptions {
    /// The same server and login, another database.
    public func selecting(_ database: Int) -> RedisOptions {
        var options = self
        options.address = RedisAddress(
            endpoint: address.endpoint, usesTLS: address.usesTLS, database: database, user: address.user,
            password: address.password)
        return options
    }
}

extension RedisOptions {
    /// A replica at another place, with the same login and database.
    public func replica(at endpoint: RedisAddress.Endpoint) -> RedisOptions {
        var options = self
        options.address = address.at(endpoint)
        options.role = .replica
        // What a replica evicts its master still has. (It evicts only with `replica-ignore-maxmemory no`, which Reads.md warns of.)
        options.refusesEviction = false
        return options
    }
}

/// What one reply may be at most; more is a ``RedisError/Kind/protocolViolation``.
public struct ReplyLimits: Sendable {
    /// Bytes of all its strings, and of what is still unread of it.
    public var bytes: Int
    /// Elements, nested ones included.
    public var elements: Int

    /// For a reply that did not come from a connection.
    public static let none = ReplyLimits(bytes: .max, elements: .max)

    public init(bytes: Int, elements: Int) {
        self.bytes = bytes
        self.elements = elements
    }
}
