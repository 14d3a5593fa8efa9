import Synchronization
import System
import Worker

/// A worker on a thread of its own.
final class SessionThread: Sendable {
    private struct State {
        var isStopped = false
        var end: WorkerSession.End?
    }

    private let state = Mutex(State())
    let runners: [ProjectionRunner]

    /// Starts the session and runs it; throws what it cannot start for.
    init(_ session: WorkerSession) throws {
        runners = session.projections
        try session.start()
        try DetachedThread.start { [self] in
            let end = session.run(untilEnd: false, signals: nil) { [self] _ in state.withLock { !$0.isStopped } }
            state.withLock { $0.end = end }
        }
    }

    /// The events that its checkpoints have passed, in all.
    var projected: Int {
        runners.flatMap { $0.snapshots.flatMap(\.partitions) }.reduce(0) { $0 + Int(max(0, $1.next)) }
    }

    /// How it ended; nil while it runs.
    var end: WorkerSession.End? { state.withLock { $0.end } }

    /// Asks it to end, and waits.
    func stop() {
        state.withLock { $0.isStopped = true }
        while end == nil { Pause.milliseconds(10) }
    }
}
