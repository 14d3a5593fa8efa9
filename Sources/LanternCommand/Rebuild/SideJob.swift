import Synchronization
import System

/// Work on a thread of its own beside a session: the session's loop must go on meanwhile, since it tells a build's lanes how
/// far live is.
final class SideJob<Value: Sendable>: Sendable {
    private struct State {
        var isStarted = false
        var isCancelled = false
        var result: Result<Value, any Error>?
    }

    private let work: @Sendable (@escaping @Sendable () -> Bool) throws -> Value
    private let state = Mutex(State())

    /// `work` is told how to ask whether it was cancelled.
    init(_ work: @escaping @Sendable (@escaping @Sendable () -> Bool) throws -> Value) { self.work = work }

    var isStarted: Bool { state.withLock { $0.isStarted } }
    var result: Result<Value, any Error>? { state.withLock { $0.result } }

    func start() {
        state.withLock { $0.isStarted = true }
        do throws(SystemError) {
            try DetachedThread.start { [self] in
                let result = Result { try work { [self] in state.withLock { $0.isCancelled } } }
                state.withLock { $0.result = result }
            }
        } catch { state.withLock { $0.result = .failure(error) } }
    }

    /// Asks it to end, and waits: what it drained goes back to open first. nil: it was never started.
    func end() -> Result<Value, any Error>? {
        state.withLock { $0.isCancelled = true }
        while isStarted, result == nil { Pause.milliseconds(20) }
        return result
    }
}
