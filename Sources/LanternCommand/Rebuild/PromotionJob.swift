import Synchronization
import System
import Worker

/// A promotion on a thread of its own: the session's loop must go on meanwhile, since it tells the build's lanes how far live
/// is.
final class PromotionJob: Sendable {
    private struct State {
        var isStarted = false
        var isCancelled = false
        var result: Result<Promoter.Result, any Error>?
    }

    private let promoter: Promoter
    private let state = Mutex(State())

    init(_ promoter: Promoter) { self.promoter = promoter }

    var isStarted: Bool { state.withLock { $0.isStarted } }
    var result: Result<Promoter.Result, any Error>? { state.withLock { $0.result } }

    func start() {
        state.withLock { $0.isStarted = true }
        do throws(SystemError) {
            try DetachedThread.start { [self] in
                let result = Result { try promoter.promote(isCancelled: { state.withLock { $0.isCancelled } }) }
                state.withLock { $0.result = result }
            }
        } catch { state.withLock { $0.result = .failure(error) } }
    }

    /// Asks it to end, and waits: whatever it drained goes back to open first. nil: it was never started.
    func end() -> Result<Promoter.Result, any Error>? {
        state.withLock { $0.isCancelled = true }
        while isStarted, result == nil { Pause.milliseconds(20) }
        return result
    }
}
