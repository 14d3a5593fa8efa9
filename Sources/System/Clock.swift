internal import Glibc

/// The machine's clocks.
public enum Clock {
    /// Nanoseconds on the clock that only goes forward (CLOCK_MONOTONIC).
    public static func nanoseconds() -> UInt64 {
        let time = read(CLOCK_MONOTONIC)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// Milliseconds on the clock that only goes forward.
    public static func milliseconds() -> Int64 { Int64(nanoseconds() / 1_000_000) }

    /// Milliseconds since 1970; this clock may be set back.
    public static func wallMilliseconds() -> Int64 {
        let time = read(CLOCK_REALTIME)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Seconds of processor time that this process has used.
    public static func processSeconds() -> Double { seconds(read(CLOCK_PROCESS_CPUTIME_ID)) }

    /// Seconds of processor time that the calling thread has used.
    public static func threadSeconds() -> Double { seconds(read(CLOCK_THREAD_CPUTIME_ID)) }

    private static func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9 }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return time
    }
}
