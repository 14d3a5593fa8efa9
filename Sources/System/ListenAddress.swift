internal import Glibc

/// Where a server listens: an address of this machine and a port, `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// An IPv4 or IPv6 address without brackets.
    public let host: String
    /// 0: the system chooses one.
    public let port: UInt16
    public let isIPv6: Bool
    /// Whether only programs on this machine reach it.
    public let isLoopback: Bool

    /// Reads `ADDRESS:PORT`; nil for anything else. Names are not looked up, except that `localhost` is 127.0.0.1.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = String(text[..<colon])
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = String(host.dropFirst().dropLast()) }
        if host == "localhost", !isBracketed { host = "127.0.0.1" }
        guard Self.isAddress(host, ofIPv6: isBracketed) else { return nil }
        self.host = host
        self.port = port
        isIPv6 = isBracketed
        isLoopback = isBracketed ? host == "::1" : host.hasPrefix("127.")
    }

    private init(host: String, port: UInt16, isIPv6: Bool, isLoopback: Bool) {
        self.host = host
        self.port = port
        self.isIPv6 = isIPv6
        self.isLoopback = isLoopback
    }

    /// The same address with the port that the system chose.
    public func with(port: UInt16) -> ListenAddress {
        ListenAddress(host: host, port: port, isIPv6: isIPv6, isLoopback: isLoopback)
    }

    public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether `text` is an address in numbers; one of IPv6 has no brackets.
    public static func isAddress(_ text: some StringProtocol, ofIPv6 isIPv6: Bool) -> Bool {
        var room = in6_addr()
        return unsafe inet_pton(isIPv6 ? AF_INET6 : AF_INET, String(text), &room) == 1
    }

    private static func port(_ text: Substring) -> UInt16? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt16(text) : nil
    }
}
