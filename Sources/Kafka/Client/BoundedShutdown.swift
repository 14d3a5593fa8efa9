internal import System

/// Work that may never return, on a thread of its own, waited for until a deadline.
///
/// Closing or destroying a librdkafka client can hang when its broker is gone. The caller hands everything over,
/// and a thread that does not finish keeps it until the process ends.
enum BoundedShutdown {
    /// Runs `work` and returns whether it was done after at most `milliseconds`; if not, it continues.
    static func run(deadlineMilliseconds milliseconds: Int, _ work: @escaping () -> Void) -> Bool {
        do throws(SystemError) {
            let done = try WakeDescriptor()
            try DetachedThread.start {
                work()
                done.wake()
            }
            return done.wait(milliseconds: milliseconds)
        } catch {
            return false
        }
    }
}
