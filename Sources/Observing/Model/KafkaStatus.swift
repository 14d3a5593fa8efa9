/// How Kafka is, as far as the ends of the logs show it.
public struct KafkaStatus: Sendable, Encodable, Equatable {
    /// nil: it was not asked yet.
    public var isUp: Bool?
    /// When that was seen first, and when the ends were last read, by this machine's clock in milliseconds since 1970.
    public var since: Int64?
    public var readAt: Int64?
    /// Why it is not.
    public var reason: String?

    public init(isUp: Bool? = nil) { self.isUp = isUp }
}
