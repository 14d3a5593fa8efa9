import AllocationCounter
import Glibc

/// What one phase cost.
struct Measurement {
    var allocations: Double
    var nanoseconds: Double

    /// Calls of malloc by this thread, and time, for each of `events` events that `body` takes.
    static func of(_ events: Int, traces: Int32, _ body: () throws -> Void) rethrows -> Measurement {
        lantern_trace_allocations(traces)
        let start = clock()
        let before = lantern_allocations()
        try body()
        let after = lantern_allocations()
        let end = clock()
        lantern_trace_allocations(0)
        return Measurement(
            allocations: Double(after - before) / Double(events), nanoseconds: (end - start) / Double(events))
    }

    private static func clock() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
