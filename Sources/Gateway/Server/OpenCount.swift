import Synchronization
import System

/// How many of something are open.
final class OpenCount: Sendable {
    private let value = Atomic(0)

    func add(_ change: Int) { value.add(change, ordering: .acquiringAndReleasing) }

    /// Waits until there are none; returns whether that came in time.
    func isNone(by deadline: Deadline) -> Bool {
        while value.load(ordering: .acquiring) > 0 {
            if deadline.hasPassed { return false }
            Pause.milliseconds(10)
        }
        return true
    }
}
