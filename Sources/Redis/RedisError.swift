import Bytes

/// Why Redis did not do what it was asked, in words for people and a kind for programs.
public struct RedisError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What happened.
    public enum Kind: Sendable, Equatable {
        /// No connection could be made: the name, the network, or no server listens.
        case unreachable
        /// No reply in time; the connection is closed.
        case timeout
        /// The other side closed the connection, or it was thrown away before.
        case closed
        /// The caller's interrupt descriptor became readable.
        case interrupted
        /// The data is not RESP, is over a limit, or does not match a command; the connection is closed.
        case protocolViolation
        /// The server is a replica, or does not say that it is a master.
        case notMaster
        /// The server is a master, and a replica was asked for.
        case notReplica
        /// MULTI and EXEC do not work for this user: writes would be applied bare.
        case noTransactions
        /// The server may drop keys by itself (`maxmemory-policy`).
        case evicting
        /// The address, the options or the password file cannot be used.
        case invalidOptions
        /// TLS was asked for and this build's hiredis has none.
        case noTLS
        /// An error reply.
        case server(RedisErrorCode)
    }

    /// What happened, for programs.
    public let kind: Kind
    /// What happened, to what, why, and what to do next.
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }

    /// What a lane does about it. After any error but ``Kind/server(_:)`` the connection is of no use any more.
    public var handling: RedisErrorCode.Handling {
        switch kind {
        case .unreachable, .timeout, .closed, .interrupted, .protocolViolation, .notMaster, .notReplica, .evicting:
            .reconnect
        case .noTransactions, .invalidOptions, .noTLS: .stop
        case .server(let code): code.handling
        }
    }

    /// The server may evict keys by `policy`.
    public static func evicting(_ policy: String, at place: String) -> RedisError {
        RedisError(
            .evicting,
            "Redis at \(place) has maxmemory-policy \(policy): it may evict a checkpoint, and an evicted checkpoint is a lost "
                + "one. Set `maxmemory-policy noeviction`.")
    }

    /// An error reply as an error; `remedy` says what to do.
    package static func reply(_ text: [UInt8], to what: String, remedy: String? = nil) -> RedisError {
        let code = RedisErrorCode(text.span)
        let words = text.span.extracting(first: 512).readable
        return RedisError(
            .server(code),
            "Redis returned an error for \(what): \(words)"
                + (remedy.map { (words.hasSuffix(".") ? " " : ". ") + $0 } ?? ""))
    }
}
