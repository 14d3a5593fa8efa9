import Glibc
import Synchronization

/// How other threads reach a lane: they ask it to stop, and read what it last said of itself.
public final class LaneControl: Sendable {
    private let state = Mutex(State())
    /// Readable when there is something to look at.
    let descriptor: Int32

    private struct State {
        var isStopRequested = false
        var snapshot = LaneSnapshot()
    }

    public init() { descriptor = eventfd(0, Int32(EFD_NONBLOCK.rawValue) | Int32(EFD_CLOEXEC.rawValue)) }

    deinit { close(descriptor) }

    /// Asks the lane to drain and end.
    public func stop() {
        state.withLock { $0.isStopRequested = true }
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, 8)
    }

    public var isStopRequested: Bool { state.withLock { $0.isStopRequested } }
    public var snapshot: LaneSnapshot { state.withLock { $0.snapshot } }

    func clear() {
        var value: UInt64 = 0
        _ = unsafe read(descriptor, &value, 8)
    }

    func publish(_ machine: borrowing LaneMachine, now: Int64) {
        let counters = machine.counters
        let isAway = machine.isAway
        state.withLock { state in
            guard now - state.snapshot.at >= 100 || isAway != state.snapshot.isAway else { return }
            state.snapshot.at = now
            state.snapshot.counters = counters
            state.snapshot.isAway = isAway
            state.snapshot.partitions = machine.slots.map { slot in
                let it = machine.partition(slot)
                return LaneSnapshot.Partition(
                    topic: it.topicName, partition: it.partition, next: it.acknowledged, end: it.end, phase: it.phase)
            }
        }
    }
}

/// What a lane last said of itself.
public struct LaneSnapshot: Sendable {
    public struct Partition: Sendable {
        public var topic: String
        public var partition: Int32
        /// The checkpoint as Redis acknowledged it; −1 before it is known.
        public var next: Int64
        public var end: Int64
        public var phase: LanePartition.Phase
    }

    /// Monotonic milliseconds.
    public var at: Int64 = 0
    public var counters = LaneCounters()
    public var isAway = true
    public var partitions: [Partition] = []
}
