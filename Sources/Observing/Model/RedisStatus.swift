/// How Redis is.
public struct RedisStatus: Sendable, Encodable, Equatable {
    public var isUp: Bool
    /// When that was seen first, by this machine's clock in milliseconds since 1970.
    public var since: Int64?
    /// Why it is not.
    public var reason: String?
    public var version: String?
    public var memoryBytes: Int64?
    /// 0: no limit.
    public var memoryMaxBytes: Int64?
    public var roundTripMilliseconds: Double?
    /// New connections since this process began to look.
    public var reconnects: Int64 = 0

    public init(isUp: Bool) { self.isUp = isUp }

    /// The part of its memory that is used; nil without a limit.
    public var memoryRatio: Double? {
        guard let used = memoryBytes, let limit = memoryMaxBytes, limit > 0 else { return nil }
        return Double(used) / Double(limit)
    }
}
