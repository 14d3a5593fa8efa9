import System

/// The seconds that each part took: wall-clock time for waiting, this thread's processor time for working.
struct BenchClocks {
    var kafka = 0.0
    var decode = 0.0
    var project = 0.0
    var redis = 0.0
    private let processAtStart = Clock.processSeconds()
    private let threadAtStart = Clock.threadSeconds()

    static func wall() -> Double { Double(Clock.nanoseconds()) * 1e-9 }
    static func thread() -> Double { Clock.threadSeconds() }

    func begin() -> Double { Self.wall() }
    func passed(since start: Double) -> Double { Self.wall() - start }

    /// What the process used beside this thread.
    func otherThreads() -> Double {
        max(0, Clock.processSeconds() - processAtStart - (Clock.threadSeconds() - threadAtStart))
    }
}
