import Glibc

/// The seconds that each part took: wall-clock time for waiting, this thread's processor time for working.
struct BenchClocks {
    var kafka = 0.0
    var decode = 0.0
    var project = 0.0
    var redis = 0.0
    private let processAtStart = BenchClocks.read(CLOCK_PROCESS_CPUTIME_ID)
    private let threadAtStart = BenchClocks.read(CLOCK_THREAD_CPUTIME_ID)

    static func wall() -> Double { read(CLOCK_MONOTONIC) }
    static func thread() -> Double { read(CLOCK_THREAD_CPUTIME_ID) }

    func begin() -> Double { Self.wall() }
    func passed(since start: Double) -> Double { Self.wall() - start }

    /// What the process used beside this thread.
    func otherThreads() -> Double {
        let process = Self.read(CLOCK_PROCESS_CPUTIME_ID) - processAtStart
        return max(0, process - (Self.read(CLOCK_THREAD_CPUTIME_ID) - threadAtStart))
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
