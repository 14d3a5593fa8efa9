/// How a schema registry is reached.
public struct RegistryOptions: Sendable, Equatable {
    /// `http://` or `https://`, without a slash at the end.
    public var url: String
    public var user: String?
    /// A file that holds the password; read for each request, so that it may be replaced.
    public var passwordFile: String?
    /// Files in PEM: the authority that signed the registry's certificate, and the client's own certificate and key.
    public var authority: String?
    public var certificate: String?
    public var key: String?
    public var connectMilliseconds = 10_000
    /// For a whole reply: a registry may be slow, and only what needs the schema waits.
    public var milliseconds = 60_000
    /// After a failure it is asked again for that schema after the shortest pause, then after twice as long, and so on.
    public var shortestPause: Int64 = 500
    public var longestPause: Int64 = 30_000
    /// For so long a schema that the registry does not have is not asked for again, in milliseconds.
    public var unknownMilliseconds: Int64 = 10_000
    /// A schema that nothing has asked for in that time is no longer tried, in milliseconds.
    public var forgetMilliseconds: Int64 = 60_000
    /// So long those that wait are told of what has come together with what comes next, while more is fetched.
    public var gatherMilliseconds = 50
    /// How many schemas are asked for at a time.
    public var atOnce = 4

    public init(url: String) {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        self.url = url
    }

    /// The URL without what may be secret in it.
    public var shownURL: String {
        guard let start = url.firstRange(of: "://"), let at = url[start.upperBound...].lastIndex(of: "@") else {
            return url
        }
        return String(url[..<start.upperBound] + url[url.index(after: at)...])
    }
}
