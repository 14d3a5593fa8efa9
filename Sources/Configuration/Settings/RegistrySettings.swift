/// Where the schema registry is and how to log in.
public struct RegistrySettings: Sendable, Equatable {
    /// `http://` or `https://`, without a user.
    public var url: String
    public var user: String?
    /// As written: a relative path starts at the working directory.
    public var passwordFile: String?
    /// Certificate files (PEM) for `https://`, as written.
    public var authority: String?
    public var certificate: String?
    public var key: String?
}
