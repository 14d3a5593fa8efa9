public import Projections
public import Redis

extension RedisOptions {
    /// A connection within the bounds that a user sets.
    public init(address: RedisAddress, limits: Limits = Limits(), clientName: String = "lantern") {
        self.init(
            address: address, connectTimeoutMilliseconds: limits.connectTimeoutMilliseconds,
            commandTimeoutMilliseconds: limits.commandTimeoutMilliseconds,
            // A partition's list of parked events is one reply.
            replyLimits: ReplyLimits(bytes: limits.replyBytes, elements: max(1_000_000, limits.parked + 1_000)),
            clientName: clientName)
    }
}
