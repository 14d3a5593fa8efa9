import Glibc

/// A point in monotonic time up to which something may take.
struct Deadline {
    private let nanoseconds: UInt64

    init(milliseconds: Int) {
        nanoseconds = Self.now + UInt64(max(milliseconds, 0)) * 1_000_000
    }

    private init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// What is left, rounded up, for `poll(2)`; 0 when it has passed.
    var remainingMilliseconds: Int32 {
        let now = Self.now
        guard nanoseconds > now else { return 0 }
        return Int32(clamping: (nanoseconds - now + 999_999) / 1_000_000)
    }

    var hasPassed: Bool { Self.now >= nanoseconds }

    /// The end of one of `parts` equal shares of what is left.
    func share(of parts: Int) -> Deadline {
        let now = Self.now
        guard nanoseconds > now else { return self }
        return Deadline(nanoseconds: now + (nanoseconds - now) / UInt64(max(parts, 1)))
    }

    private static var now: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
