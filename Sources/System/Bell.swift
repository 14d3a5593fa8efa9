internal import Dispatch
internal import Synchronization

/// Wakes a thread that waits for work: a ring that nobody waits for is kept, but only one, so that none pile up while the
/// thread is busy.
///
/// Whoever rings has changed what the thread looks at before; the thread looks after it was woken. One ring wakes one thread.
public final class Bell: Sendable {
    private let isRung = Atomic(false)
    private let semaphore = DispatchSemaphore(value: 0)

    public init() {}

    public func ring() {
        if !isRung.exchange(true, ordering: .acquiringAndReleasing) { semaphore.signal() }
    }

    /// Returns after a ring.
    public func wait() {
        semaphore.wait()
        _ = isRung.exchange(false, ordering: .acquiringAndReleasing)
    }

    /// Returns true after a ring, and false if none came in that time.
    public func wait(nanoseconds: Int64) -> Bool {
        guard semaphore.wait(timeout: .now() + .nanoseconds(Int(nanoseconds))) == .success else { return false }
        _ = isRung.exchange(false, ordering: .acquiringAndReleasing)
        return true
    }
}
