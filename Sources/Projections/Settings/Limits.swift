/// Every bound that can be set, with its default: the only place that has one. Names in the file and ranges are in
/// Configuration's `LimitWord`. None of them is part of the fingerprint: raising a limit rebuilds nothing.
public struct Limits: Sendable, Equatable {
    /// The longest row key that Lantern writes, whatever the configuration says.
    public static let longestKey = 4_096

    /// More buys nothing but a longer stall of Redis's other clients (1,000 are about 1 ms).
    public var commandsPerTransaction = 1_000
    public var bytesPerTransaction = 8 << 20
    /// The largest event value; a larger one is bad. A parked one must fit into a reply: at most half of `replyBytes`.
    public var recordBytes = 64 << 20
    /// The longest row key; an event that needs a longer one is bad.
    public var keyBytes = Limits.longestKey
    public var parkedPerKey = 1_000
    /// Parked events of one partition in all; at either limit the partition halts.
    public var parked = 100_000
    /// The largest reply that is taken from Redis.
    public var replyBytes = 128 << 20
    public var connectTimeoutMilliseconds = 5_000
    public var commandTimeoutMilliseconds = 5_000
    public var backOffMinimumMilliseconds = 200
    public var backOffMaximumMilliseconds = 10_000
    /// How long a revoked partition waits for its EXEC.
    public var revocationDeadlineMilliseconds = 2_000
    /// How long stopping may take; below the 10 s that containers are given.
    public var drainDeadlineMilliseconds = 8_000

    public init() {}

    /// Why a value of that size is bad; nil if it is not.
    @inlinable @inline(__always)
    package func fault(ofValue count: Int) -> BadEvent? { count <= recordBytes ? nil : tooLarge(count) }

    @usableFromInline @inline(never)
    package func tooLarge(_ count: Int) -> BadEvent {
        BadEvent(view: nil, reason: "the value has \(count) bytes, and limits.record-bytes is \(recordBytes)")
    }
}
