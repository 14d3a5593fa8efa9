import Bytes

/// What an error reply is about: its first word, classified.
///
/// Source of the words: redis.io, "Redis serialization protocol specification", simple errors, and Redis' server.c.
public enum RedisErrorCode: Sendable, Equatable {
    /// `OOM`: over `maxmemory`, and nothing may be evicted.
    case oom
    /// `LOADING`: reading its data after a start.
    case loading
    /// `MISCONF`: cannot write its snapshot or log, so it refuses writes.
    case misconf
    /// `NOREPLICAS`: fewer replicas than `min-replicas-to-write`.
    case noReplicas
    /// `BUSY`: a script runs for longer than it should.
    case busy
    /// `ERR max number of clients reached`, said before the connection is closed.
    case maxClients
    /// `READONLY`: this is a replica (now).
    case readOnly
    /// `MASTERDOWN`: a replica that lost its master.
    case masterDown
    /// `NOAUTH`: no password was given, or it was taken back.
    case noAuth
    /// `WRONGPASS`: user or password are wrong.
    case wrongPass
    /// `NOPERM`: the user may not do this.
    case noPerm
    /// `EXECABORT`: the transaction was discarded; see ``abortCause(in:)`` and the replies at queueing.
    case execAbort
    /// `WRONGTYPE`: the key holds another kind of value.
    case wrongType
    /// `NOSCRIPT`: no such script.
    case noScript
    /// `CLUSTERDOWN`, and `MOVED`, `ASK`, `TRYAGAIN` below: said by a cluster.
    case clusterDown
    case moved
    case ask
    case tryAgain
    /// `ERR`: any error without a more specific code.
    case err
    /// Any other first word.
    case other(String)

    /// The code of an error reply's text (without the leading `-`); allocates only for ``other(_:)``.
    public init(_ message: Span<UInt8>) {
        var length = 0
        while length < message.count, message[length] != UInt8(ascii: " ") { length += 1 }
        let word = message.extracting(0..<length)
        if word.isEqual(to: "ERR") {
            let rest = message.extracting(min(length + 1, message.count)..<message.count)
            self = rest.hasPrefix("max number of clients") ? .maxClients : .err
            return
        }
        for (text, code) in Self.words where word.isEqual(to: text) {
            self = code
            return
        }
        self = .other(word.extracting(first: 64).readable)
    }

    private static let words: [(String, RedisErrorCode)] = [
        ("OOM", .oom), ("LOADING", .loading), ("MISCONF", .misconf), ("NOREPLICAS", .noReplicas), ("BUSY", .busy),
        ("READONLY", .readOnly), ("MASTERDOWN", .masterDown), ("NOAUTH", .noAuth), ("WRONGPASS", .wrongPass),
        ("NOPERM", .noPerm), ("EXECABORT", .execAbort), ("WRONGTYPE", .wrongType), ("NOSCRIPT", .noScript),
        ("CLUSTERDOWN", .clusterDown), ("MOVED", .moved), ("ASK", .ask), ("TRYAGAIN", .tryAgain),
    ]

    /// The code behind `EXECABORT Transaction discarded because of: CODE …`, which Redis sends when it refuses EXEC
    /// itself; nil if the causes are in the replies to the queued commands.
    public static func abortCause(in message: Span<UInt8>) -> RedisErrorCode? {
        let prefix = "EXECABORT Transaction discarded because of: "
        guard message.hasPrefix(prefix) else { return nil }
        return RedisErrorCode(message.extracting(prefix.utf8.count..<message.count))
    }

    /// What a lane does about it (Architecture.md, "The one transaction").
    public enum Handling: Sendable, Equatable {
        /// Drop what was folded, wait, and fold it again.
        case retryLater
        /// A new connection first: name and password file are read again.
        case reconnect
        /// Stop, with the server's words: waiting does not help.
        case stop
    }

    /// What a lane does about it when nothing was applied.
    public var handling: Handling {
        switch self {
        case .oom, .loading, .misconf, .noReplicas, .busy: .retryLater
        case .readOnly, .masterDown, .noAuth, .maxClients: .reconnect
        default: .stop
        }
    }
}

extension Span<UInt8> {
    /// Whether it begins with the bytes of `text`.
    func hasPrefix(_ text: String) -> Bool {
        let length = text.utf8.count
        return count >= length && extracting(0..<length).isEqual(to: text)
    }
}
