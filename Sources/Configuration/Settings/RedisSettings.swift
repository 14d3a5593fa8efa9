/// Where Redis is and how to log in; what prints it shows neither user nor password.
public struct RedisSettings: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// Certificate files (PEM) for `rediss://`, as written: relative paths start at the working directory.
    public struct TLS: Sendable, Equatable {
        public var ca: String?
        public var cert: String?
        public var key: String?

        public init(ca: String? = nil, cert: String? = nil, key: String? = nil) {
            self.ca = ca
            self.cert = cert
            self.key = key
        }
    }

    public var url: RedisURL
    /// The ACL user, from the map or the URL.
    public var user: String?
    /// As written: a relative path starts at the working directory.
    public var passwordFile: String?
    public var tls: TLS?

    /// Reads the password: from its file, anew at each call so that it can be changed while running, else from the URL.
    ///
    /// One line break at the file's end is not part of it. nil if none is configured.
    public func password() throws(ConfigurationError) -> String? {
        guard let passwordFile else { return url.password }
        let file = try TextFile.read(passwordFile, largest: 4_096)
        var bytes = file[...]
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.isEmpty else {
            throw ConfigurationError(
                code: .notReadable,
                diagnostics: [
                    Diagnostic(file: passwordFile, line: 1, column: 1, message: "the password file is empty")
                ])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    public var description: String { url.description }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["url": url.description]) }
}
