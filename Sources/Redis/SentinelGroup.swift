/// The sentinels that know where a master is, and what they call it.
public struct SentinelGroup: Sendable, Equatable {
    /// Where one of them listens.
    public struct Place: Sendable, Equatable, CustomStringConvertible {
        public let host: String
        public let port: UInt16

        public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

        /// Reads `HOST` or `HOST:PORT`, with brackets around an IPv6 address; nil for anything else.
        public init?(_ text: String) {
            guard let found = RedisAddress.hostAndPort(text[...], usualPort: Self.usualPort) else { return nil }
            (host, port) = found
        }

        public static let usualPort: UInt16 = 26_379
    }

    /// What the sentinels call the master.
    public let master: String
    /// In the order in which they are asked.
    public let places: [Place]

    public init(master: String, places: [Place]) {
        self.master = master
        self.places = places
    }
}
