/// Where a Redis server is: `redis://[user[:password]@]host[:port][/db]`, `rediss://…` (TLS) or
/// `unix:///path[?db=n]`; user and password percent-encoded if they contain `:`, `@`, `/` or `%`.
public struct RedisAddress: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// How the server is reached.
    public enum Endpoint: Sendable, Equatable {
        /// A host's name or number, and a port.
        case tcp(host: String, port: UInt16)
        /// A socket in the file system.
        case unix(path: String)
        /// Wherever the sentinels say that the master is, at each connection.
        case sentinel(SentinelGroup)

        /// Reads `HOST` or `HOST:PORT`, with brackets around an IPv6 address; nil for anything else.
        public init?(hostAndPort text: String) {
            guard let found = RedisAddress.hostAndPort(text[...]) else { return nil }
            self = .tcp(host: found.host, port: found.port)
        }
    }

    /// How the server is reached.
    public let endpoint: Endpoint
    /// Whether the connection is encrypted (`rediss`).
    public let usesTLS: Bool
    /// The database's number; 0 unless the address names one.
    public let database: Int
    /// The ACL user of the address, if any.
    public let user: String?
    /// The password of the address, if any.
    public let password: String?

    /// What is before `://`; `valkey` and `valkeys` are other words for `redis` and `rediss`.
    public static let schemes = ["redis", "rediss", "unix", "valkey", "valkeys"]

    /// From its parts.
    public init(endpoint: Endpoint, usesTLS: Bool, database: Int, user: String?, password: String?) {
        self.endpoint = endpoint
        self.usesTLS = usesTLS
        self.database = database
        self.user = user
        self.password = password
    }

    /// The same login and database at another place.
    func at(_ endpoint: Endpoint) -> RedisAddress {
        RedisAddress(endpoint: endpoint, usesTLS: usesTLS, database: database, user: user, password: password)
    }

    /// Reads an address.
    ///
    /// - Throws: ``RedisError/Kind/invalidOptions`` saying what is wrong. Nothing of `text` but a known scheme is shown: any part
    ///   of an address that cannot be read may be a password.
    public init(_ text: String) throws(RedisError) {
        do throws(Fault) {
            try self.init(parsing: text)
        } catch {
            throw RedisError(
                .invalidOptions,
                "The Redis address cannot be used (it is not shown, as it may hold a password): \(error.reason). "
                    + "Write redis://[user[:password]@]host[:port][/db], rediss://… or unix:///path[?db=n].")
        }
    }

    private struct Fault: Error { var reason: String }

    private init(parsing text: String) throws(Fault) {
        guard let scheme = text.firstRange(of: "://") else { throw Fault(reason: "it has no scheme such as redis://") }
        let name = text[..<scheme.lowerBound].lowercased()
        guard Self.schemes.contains(name) else { throw Fault(reason: Self.unknownScheme(name)) }
        var rest = text[scheme.upperBound...]
        let isUnix = name == "unix"
        var login: (user: String?, password: String?) = (nil, nil)
        let authority = isUnix ? rest : rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let at = authority.lastIndex(of: "@"), !isUnix || !rest.hasPrefix("/") {
            login = try Self.login(rest[..<at])
            rest = rest[rest.index(after: at)...]
        } else if !isUnix, rest[authority.endIndex...].contains("@") {
            throw Fault(
                reason: "in a user or password `/`, `?`, `#`, `%` and `@` must be percent-encoded "
                    + "(%2F, %3F, %23, %25, %40); a `password-file` needs no encoding")
        }
        (user, password) = login
        usesTLS = name == "rediss" || name == "valkeys"
        (endpoint, database) = isUnix ? try Self.socket(rest) : try Self.server(rest)
    }

    private static func unknownScheme(_ name: String) -> String {
        // Only words from this list are shown: the text before `://` may be anything.
        let sentinels = ["redis+sentinel", "redis-sentinel", "rediss+sentinel", "rediss-sentinel", "sentinel"]
        if sentinels.contains(name) { return noSentinel }
        let known = ["http", "https", "tcp", "tls", "ssl", "kafka", "file", "redis+tls", "redis+unix", "redis-socket"]
        return known.contains(name) ? "its scheme is \(name)" : "its scheme is unknown"
    }

    private static let noSentinel =
        "for Sentinel, write a map instead: `redis: { sentinels: [HOST:PORT, HOST:PORT], master: NAME }`"

    private static func socket(_ text: Substring) throws(Fault) -> (Endpoint, Int) {
        let path = text.prefix { $0 != "?" }
        guard path.hasPrefix("/") else { throw Fault(reason: "its path is not absolute") }
        guard let decoded = percentDecoded(path) else { throw Fault(reason: brokenEncoding) }
        // The kernel's sun_path holds 108 bytes, the end mark included.
        guard decoded.utf8.count < 108 else { throw Fault(reason: "its path is longer than 107 bytes") }
        let query = text[path.endIndex...]
        guard query.isEmpty || query.hasPrefix("?db=") else {
            throw Fault(reason: "after its path only ?db=n is possible")
        }
        return (.unix(path: decoded), try database(query.dropFirst(4)))
    }

    private static func server(_ text: Substring) throws(Fault) -> (Endpoint, Int) {
        let place = text.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if place.contains(",") && !place.contains("=") { throw Fault(reason: "it has several hosts. \(noSentinel)") }
        guard !text.contains("?"), !text.contains("#") else {
            throw Fault(
                reason:
                    "it has a query or a fragment; user and password belong before the host, as in user:password@host")
        }
        guard let found = hostAndPort(place) else { throw Fault(reason: "its host or port is missing or wrong") }
        return (.tcp(host: found.host, port: found.port), try database(text[place.endIndex...].dropFirst()))
    }

    /// The address without its password.
    public var description: String {
        switch (user, password) {
        case (let user?, nil): shown(login: "\(user)@")
        case (let user, _?): shown(login: "\(user ?? ""):***@")
        case (nil, nil): place
        }
    }

    /// The address without user and password.
    public var place: String { shown(login: "") }

    private func shown(login: String) -> String {
        switch endpoint {
        case .tcp(let host, let port):
            let shown = host.contains(":") ? "[\(host)]" : host
            let path = database == 0 ? "" : "/\(database)"
            return "\(usesTLS ? "rediss" : "redis")://\(login)\(shown):\(port)\(path)"
        case .unix(let path):
            return "unix://\(login)\(path)\(database == 0 ? "" : "?db=\(database)")"
        case .sentinel(let group):
            let places = group.places.map(\.description).joined(separator: ",")
            let path = database == 0 ? "" : "/\(database)"
            return "\(usesTLS ? "rediss" : "redis")+sentinel://\(login)\(places)/\(group.master)\(path)"
        }
    }

    public var debugDescription: String { description }

    private static let brokenEncoding = "its percent-encoding is broken: % itself is written %25"

    private static func database(_ text: Substring) throws(Fault) -> Int {
        if text.isEmpty { return 0 }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else {
            throw Fault(reason: "its database is not a number")
        }
        return number
    }

    private static func login(_ text: Substring) throws(Fault) -> (user: String?, password: String?) {
        let colon = text.firstIndex(of: ":")
        guard let user = percentDecoded(text[..<(colon ?? text.endIndex)]) else { throw Fault(reason: brokenEncoding) }
        guard let colon else { return (user.isEmpty ? nil : user, nil) }
        guard let password = percentDecoded(text[text.index(after: colon)...]) else {
            throw Fault(reason: brokenEncoding)
        }
        guard !password.isEmpty else {
            throw Fault(reason: "its password is empty: if it comes from an environment variable, check that it is set")
        }
        return (user.isEmpty ? nil : user, password)
    }

    /// A host and a port, with brackets around an IPv6 address; nil if `text` is anything else.
    static func hostAndPort(_ text: Substring, usualPort: UInt16 = 6379) -> (host: String, port: UInt16)? {
        var host = text
        var rest: Substring = ""
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            // The interface of a link-local address: `[fe80::1%25eth0]` by RFC 6874, or as it is written elsewhere, `%eth0`.
            host = text[text.index(after: text.startIndex)..<end].replacing("%25", with: "%")[...]
            rest = text[text.index(after: end)...]
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            rest = text[colon...]
        }
        // What is not part of a host's name may be part of a secret (`HOST,password=PW`), and a host is shown.
        let isName = host.unicodeScalars.allSatisfy {
            $0.value > 0x7F || $0.properties.isAlphabetic || ("0"..."9").contains($0)
                || "._-:%".unicodeScalars.contains($0)
        }
        guard !host.isEmpty, isName else { return nil }
        if rest.isEmpty { return (String(host), usualPort) }
        guard rest.hasPrefix(":"), let port = UInt16(rest.dropFirst()), port > 0 else { return nil }
        return (String(host), port)
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            if byte != UInt8(ascii: "%") {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let text = Substring(digits).wholeMatchHex, let value = UInt8(text, radix: 16)
            else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension Substring {
    /// Itself if it is two hexadecimal digits: `UInt8(_:radix:)` takes a sign as well.
    fileprivate var wholeMatchHex: Substring? { allSatisfy(\.isHexDigit) ? self : nil }
}
