internal import Glibc

/// Work that may never return, on a thread of its own, waited for until a deadline.
///
/// Closing or destroying a librdkafka client can hang when its broker is gone. The caller hands everything over,
/// and a thread that does not finish keeps it until the process ends.
final class BoundedShutdown {
    private let work: () -> Void
    private let done: WakeDescriptor

    private init(_ done: WakeDescriptor, _ work: @escaping () -> Void) {
        self.done = done
        self.work = work
    }

    /// Runs `work` and returns whether it was done after at most `milliseconds`; if not, it continues.
    static func run(deadlineMilliseconds milliseconds: Int, _ work: @escaping () -> Void) -> Bool {
        guard let done = try? WakeDescriptor() else { return false }
        let ending = unsafe Unmanaged.passRetained(BoundedShutdown(done, work)).toOpaque()
        var thread = pthread_t()
        let failure = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let ending = unsafe Unmanaged<BoundedShutdown>.fromOpaque(argument).takeRetainedValue()
                ending.work()
                ending.done.wake()
                return nil
            }, ending)
        guard failure == 0 else {
            unsafe Unmanaged<BoundedShutdown>.fromOpaque(ending).release()
            return false
        }
        pthread_detach(thread)
        return done.wait(milliseconds: milliseconds)
    }
}
