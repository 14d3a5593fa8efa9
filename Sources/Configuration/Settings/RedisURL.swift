/// `redis://[user[:password]@]host[:port][/database]`, `rediss://` the same with TLS, `unix:///path[?db=n]`.
public struct RedisURL: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    public enum Place: Sendable, Equatable {
        case host(String, port: Int)
        case unixSocket(path: String)
    }

    public var place: Place
    public var hasTLS: Bool
    public var user: String?
    /// Written in the URL; better in a file.
    public var password: String?
    public var database: Int

    struct Fault: Error { var message: String }

    /// Why `text` is no such URL never contains its user or password.
    init(_ text: String) throws(Fault) {
        guard let mark = text.firstRange(of: "://") else {
            throw Fault(message: "no URL: write `redis://HOST:PORT`, `rediss://HOST:PORT` or `unix:///PATH`")
        }
        let scheme = text[..<mark.lowerBound].lowercased()
        var rest = text[mark.upperBound...]
        user = nil
        password = nil
        database = 0
        hasTLS = scheme == "rediss"
        guard ["redis", "rediss", "unix"].contains(scheme) else {
            let hint = Suggestion.hint(for: scheme, among: ["redis", "rediss", "unix"])
            throw Fault(message: "the scheme `\(scheme)://` is not Redis's\(hint)")
        }
        if let at = rest.lastIndex(of: "@") {
            let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = try Self.decoded(parts[0])
            if parts.count == 2 { password = try Self.decoded(parts[1]) }
            rest = rest[rest.index(after: at)...]
        }
        if scheme == "unix" {
            let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts[0].hasPrefix("/"), parts[0].count > 1 else {
                throw Fault(message: "a Unix socket needs its whole path: `unix:///run/redis.sock`")
            }
            place = .unixSocket(path: try Self.decoded(parts[0]) ?? "")
            if parts.count == 2 { database = try Self.database(parts[1], prefix: "db=") }
            return
        }
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        place = try Self.host(parts[0])
        if parts.count == 2, !parts[1].isEmpty { database = try Self.database(parts[1], prefix: "") }
    }

    private static func host(_ text: Substring) throws(Fault) -> Place {
        var name = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw Fault(message: "`[` without `]` in its host") }
            name = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            if !rest.isEmpty {
                guard rest.hasPrefix(":") else { throw Fault(message: "its host and port are not `[HOST]:PORT`") }
                port = rest.dropFirst()
            }
        } else if let colon = text.firstIndex(of: ":") {
            name = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        let isOdd = name.unicodeScalars.contains { $0.value <= 0x20 || $0 == "?" || $0 == "#" }
        guard !name.isEmpty, !isOdd else { throw Fault(message: "it has no host: `redis://HOST:PORT`") }
        guard let port else { return .host(String(name), port: 6379) }
        guard let number = port.decimalNumber, (1...65_535).contains(number) else {
            throw Fault(message: "its port is not a number from 1 to 65535")
        }
        return .host(String(name), port: number)
    }

    private static func database(_ text: Substring, prefix: String) throws(Fault) -> Int {
        guard text.hasPrefix(prefix), let number = text.dropFirst(prefix.count).decimalNumber, number < 1 << 20 else {
            throw Fault(message: "its database is not a number: `redis://HOST:PORT/0`, `unix:///PATH?db=0`")
        }
        return number
    }

    /// Percent-encoding undone; nil for nothing.
    private static func decoded(_ text: Substring) throws(Fault) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                throw Fault(message: "a `%` in it is not followed by two hexadecimal digits")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// The URL without user and password.
    public var description: String {
        let end = database == 0 ? "" : "\(database)"
        switch place {
        case .unixSocket(let path): return "unix://\(path)" + (end.isEmpty ? "" : "?db=" + end)
        case .host(let name, let port):
            let host = name.contains(":") ? "[\(name)]" : name
            return "\(hasTLS ? "rediss" : "redis")://\(host):\(port)" + (end.isEmpty ? "" : "/" + end)
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
