/// How large an event may be; one that is larger is bad. Not part of the fingerprint: raising a limit rebuilds nothing.
public struct EventLimits: Sendable, Equatable {
    /// The longest row key that Lantern writes, whatever the configuration says.
    public static let longestKey = 4_096

    /// The largest value, in bytes.
    public var valueBytes = 64 << 20
    /// The longest row key that an event may need, in bytes.
    public var keyBytes = EventLimits.longestKey

    public init() {}

    /// Why a value of that size is bad; nil if it is not.
    @inline(__always)
    package func fault(ofValue count: Int) -> BadEvent? { count <= valueBytes ? nil : tooLarge(count) }

    @inline(never)
    private func tooLarge(_ count: Int) -> BadEvent {
        BadEvent(view: nil, reason: "the value has \(count) bytes, and limits.record-bytes is \(valueBytes)")
    }
}
