import Bytes
import Redis

/// What Redis refused, in its words, and what the lane does about it.
struct Refusal {
    private(set) var words: String
    private(set) var handling = RedisErrorCode.Handling.stop

    init(_ reply: borrowing Reply) {
        words = reply.bytes.readable
        if let found = Self.handling(of: reply) { handling = found }
    }

    /// The first refusal counts, but EXECABORT only says that there was one.
    mutating func add(_ reply: borrowing Reply) {
        guard words.hasPrefix("EXECABORT") else { return }
        words = reply.bytes.readable
        if let found = Self.handling(of: reply) { handling = found }
    }

    private static func handling(of reply: borrowing Reply) -> RedisErrorCode.Handling? {
        guard let code = reply.firstError?.code else { return nil }
        guard code == .execAbort else { return code.handling }
        return RedisErrorCode.abortCause(in: reply.bytes)?.handling ?? .retryLater
    }
}
