public import System

/// Where the gateway listens and who may use it.
public struct GatewayOptions: Sendable {
    public var listen: ListenAddress
    public var readTokenFile: String?
    public var operateTokenFile: String?
    /// Names under which it may be asked, beside addresses and `localhost`.
    public var hosts: [String] = []
    /// PEM files; nil: plain HTTP.
    public var certificateFile: String?
    public var keyFile: String?
    public var clientsFile: String?
    /// Open connections at the same time, and those of them from one address; nil: the usual number.
    public var connections: Int?
    public var connectionsPerAddress: Int?

    public init(listen: ListenAddress) { self.listen = listen }
}
