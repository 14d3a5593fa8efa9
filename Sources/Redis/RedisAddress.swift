/// Where a Redis server is: `redis://[user[:password]@]host[:port][/db]`, `rediss://…` (TLS) or
/// `unix:///path[?db=n]`; user and password percent-encoded where they hold `:`, `@`, `/` or `%`.
public struct RedisAddress: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// How the server is reached.
    public enum Endpoint: Sendable, Equatable {
        /// A host's name or number, and a port.
        case tcp(host: String, port: UInt16)
        /// A socket in the file system.
        case unix(path: String)
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

    /// What stands before `://`.
    public static let schemes = ["redis", "rediss", "unix"]

    /// From its parts.
    public init(endpoint: Endpoint, usesTLS: Bool, database: Int, user: String?, password: String?) {
        self.endpoint = endpoint
        self.usesTLS = usesTLS
        self.database = database
        self.user = user
        self.password = password
    }

    /// Reads an address; throws ``RedisError/Kind/invalidOptions`` saying what is wrong, never showing a password.
    public init(_ text: String) throws(RedisError) {
        func invalid(_ why: String) -> RedisError {
            RedisError(
                .invalidOptions,
                "The Redis address \(Self.redacted(text)) cannot be used: \(why). "
                    + "Write redis://[user[:password]@]host[:port][/db], rediss://… or unix:///path[?db=n].")
        }
        guard let scheme = text.firstRange(of: "://") else { throw invalid("it has no scheme") }
        let name = text[..<scheme.lowerBound].lowercased()
        guard Self.schemes.contains(name) else { throw invalid("its scheme is \(name)") }
        var rest = text[scheme.upperBound...]
        var login: (user: String?, password: String?) = (nil, nil)
        let authority = name == "unix" ? rest : rest.prefix { $0 != "/" && $0 != "?" }
        if let at = authority.lastIndex(of: "@"), name != "unix" || !rest.hasPrefix("/") {
            guard let decoded = Self.login(rest[..<at]) else { throw invalid("its percent-encoding is broken") }
            login = decoded
            rest = rest[rest.index(after: at)...]
        }
        (user, password) = login
        usesTLS = name == "rediss"
        if name == "unix" {
            let path = rest.prefix { $0 != "?" }
            guard path.hasPrefix("/") else { throw invalid("its path is not absolute") }
            // The kernel's sun_path holds 108 bytes, the end mark included.
            guard let decoded = Self.percentDecoded(path) else { throw invalid("its percent-encoding is broken") }
            guard decoded.utf8.count < 108 else { throw invalid("its path is longer than 107 bytes") }
            endpoint = .unix(path: decoded)
            let query = rest[path.endIndex...]
            guard query.isEmpty || query.hasPrefix("?db=") else { throw invalid("after ? only db=n is known") }
            guard let number = Self.database(query.dropFirst(4)) else { throw invalid("its database is no number") }
            database = number
        } else {
            let place = rest.prefix { $0 != "/" }
            guard !rest.contains("?"), !rest.contains("#") else { throw invalid("it has a query") }
            guard let number = Self.database(rest[place.endIndex...].dropFirst()) else {
                throw invalid("its database is no number")
            }
            database = number
            guard let found = Self.hostAndPort(place) else { throw invalid("its host or port is missing or wrong") }
            endpoint = .tcp(host: found.host, port: found.port)
        }
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
        }
    }

    public var debugDescription: String { description }

    /// `text` with all that stands between `://` and the last `@` hidden; for messages about addresses that do not parse.
    static func redacted(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return text }
        let scheme = text.firstRange(of: "://").map { text[..<$0.upperBound] } ?? ""
        return "\(scheme)***\(text[at...])"
    }

    private static func database(_ text: Substring) -> Int? {
        if text.isEmpty { return 0 }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else { return nil }
        return number
    }

    private static func login(_ text: Substring) -> (user: String?, password: String?)? {
        let colon = text.firstIndex(of: ":")
        guard let user = percentDecoded(text[..<(colon ?? text.endIndex)]) else { return nil }
        guard let colon else { return (user.isEmpty ? nil : user, nil) }
        guard let password = percentDecoded(text[text.index(after: colon)...]) else { return nil }
        return (user.isEmpty ? nil : user, password)
    }

    private static func hostAndPort(_ text: Substring) -> (host: String, port: UInt16)? {
        var host = text
        var rest: Substring = ""
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            rest = text[colon...]
        }
        guard !host.isEmpty, !host.contains(" "), !host.contains("\0") else { return nil }
        if rest.isEmpty { return (String(host), 6379) }
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
    /// Itself where it is two hexadecimal digits: `UInt8(_:radix:)` takes a sign as well.
    fileprivate var wholeMatchHex: Substring? { allSatisfy(\.isHexDigit) ? self : nil }
}
