/// A point in monotonic time up to which something may take.
public struct Deadline: Sendable {
    private let nanoseconds: UInt64

    /// So many milliseconds from now; none if the number is negative.
    public init(milliseconds: Int) {
        nanoseconds = Clock.nanoseconds() + UInt64(max(milliseconds, 0)) * 1_000_000
    }

    private init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// What is left, rounded up, for `poll(2)`; 0 when it has passed.
    public var remainingMilliseconds: Int {
        let now = Clock.nanoseconds()
        guard nanoseconds > now else { return 0 }
        return Int((nanoseconds - now + 999_999) / 1_000_000)
    }

    public var hasPassed: Bool { Clock.nanoseconds() >= nanoseconds }

    /// The end of one of `parts` equal shares of what is left.
    public func share(of parts: Int) -> Deadline {
        let now = Clock.nanoseconds()
        guard nanoseconds > now else { return self }
        return Deadline(nanoseconds: now + (nanoseconds - now) / UInt64(max(parts, 1)))
    }
}
