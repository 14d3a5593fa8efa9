import Synchronization
import System

/// A few threads for answers that take time, and a short queue before them.
final class WorkPool: Sendable {
    typealias Work = @Sendable () -> Void

    private struct State {
        var queue: [Work] = []
        var running = 0
        var isStopped = false
    }

    private let state = Mutex(State())
    private let threads: Int
    private let waiting: Int

    init(threads: Int, waiting: Int) {
        self.threads = threads
        self.waiting = waiting
    }

    /// Takes the work, or returns false if there is too much of it already. A thread lives as long as there is work.
    func submit(_ work: @escaping Work) -> Bool {
        let needsThread: Bool? = state.withLock { state in
            guard !state.isStopped, state.queue.count < waiting + threads - state.running else { return nil }
            state.queue.append(work)
            guard state.running < threads else { return false }
            state.running += 1
            return true
        }
        guard let needsThread else { return false }
        if !needsThread { return true }
        do {
            try DetachedThread.start { [self] in run() }
        } catch {
            // Another thread takes it; without one it must not be left behind.
            return state.withLock { state in
                state.running -= 1
                if state.running > 0 { return true }
                state.queue.removeLast()
                return false
            }
        }
        return true
    }

    private func run() {
        while let work = next() { work() }
    }

    private func next() -> Work? {
        state.withLock { state in
            if state.queue.isEmpty {
                state.running -= 1
                return nil
            }
            return state.queue.removeFirst()
        }
    }

    /// Takes no more work, and waits until all that was taken is done; returns whether it is.
    func stop(deadline: Deadline) -> Bool {
        state.withLock { $0.isStopped = true }
        while true {
            if state.withLock({ $0.running == 0 }) { return true }
            if deadline.hasPassed { return false }
            Pause.milliseconds(10)
        }
    }
}
