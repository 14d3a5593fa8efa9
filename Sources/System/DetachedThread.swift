internal import Glibc

/// A detached thread that runs one closure: what blocks in a system call has no place on Swift's cooperative pool.
public enum DetachedThread {
    private final class Work {
        let body: () -> Void

        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// Starts the thread and returns its id (a `pthread_t`). `body` is handed over: the thread alone uses what it captured,
    /// and frees it when it ends.
    @discardableResult
    public static func start(_ body: @escaping () -> Void) throws(SystemError) -> UInt {
        let work = unsafe Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            unsafe work.release()
            throw SystemError("pthread_create", code)
        }
        pthread_detach(thread)
        return thread
    }
}
