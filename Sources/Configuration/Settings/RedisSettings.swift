public import Redis

/// Where Redis is and how to log in; what prints it shows neither user nor password.
public struct RedisSettings: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var address: RedisAddress
    /// The ACL user, from the map or the URL.
    public var user: String?
    /// As written: a relative path starts at the working directory.
    public var passwordFile: String?
    /// Certificate files (PEM) for `rediss://`, as written: relative paths start at the working directory.
    public var tls: RedisOptions.TLS?
    /// The login at the sentinels, if the address names some.
    public var sentinelUser: String?
    public var sentinelPasswordFile: String?
    /// Databases that a rebuild may take, the first first; nil: the highest empty one.
    public var spare: [Int]?

    public var description: String { address.place }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}
