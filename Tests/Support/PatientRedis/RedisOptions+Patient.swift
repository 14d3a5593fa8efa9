public import Redis

extension RedisOptions {
    /// With time-outs that a busy machine does not reach, and any reply.
    public init(patient url: String) throws(RedisError) {
        self.init(
            address: try RedisAddress(url), connectTimeoutMilliseconds: 60_000, commandTimeoutMilliseconds: 60_000,
            replyLimits: .none)
    }
}
