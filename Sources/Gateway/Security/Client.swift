/// Who asks with a token of the clients' file: a person or a program that may read some views and queries.
public struct Client: Sendable, Equatable {
    /// Whom the token is for; parameters of queries may be bound to it.
    public var subject: String
    public var roles: Set<String>

    public init(subject: String, roles: Set<String>) {
        self.subject = subject
        self.roles = roles
    }
}
