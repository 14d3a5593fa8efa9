import Glibc
import Projections
import Synchronization

/// How other threads reach a lane: they ask it to stop, and read what it last said of itself.
public final class LaneControl: Sendable {
    private let state = Mutex(State())
    /// The reading end of a pipe: readable when there is something to look at.
    let descriptor: Int32
    private let writeDescriptor: Int32

    private struct State {
        var isStopRequested = false
        var findings: [LogFindings] = []
        var added: [(topic: Int, partition: Int32)] = []
        /// Of a build: how far it may read; nil until the live checkpoints were read.
        var ceilings: [Ceiling]?
        /// Whether the lane has not seen them.
        var hasNewCeilings = false
        /// Whether more is known of the schemas that the lane waits for.
        var hasOtherSchemas = false
        var snapshot = LaneSnapshot()
    }

    public init() {
        var ends: [Int32] = [-1, -1]
        _ = unsafe pipe(&ends)
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        descriptor = ends[0]
        writeDescriptor = ends[1]
    }

    deinit {
        close(descriptor)
        close(writeDescriptor)
    }

    /// Asks the lane to drain and end.
    public func stop() {
        state.withLock { $0.isStopRequested = true }
        wake()
    }

    /// Tells the lane what an inspection of its logs found.
    public func deliver(_ findings: LogFindings) {
        state.withLock { $0.findings.append(findings) }
        wake()
    }

    /// Hands the lane fixed partitions that a topic gained.
    public func add(_ partitions: [(topic: Int, partition: Int32)]) {
        state.withLock { $0.added += partitions }
        wake()
    }

    /// Tells the lane of a build how far it may read.
    public func setCeilings(_ ceilings: [Ceiling]) {
        let isNew = state.withLock { state in
            guard state.ceilings != ceilings else { return false }
            state.ceilings = ceilings
            state.hasNewCeilings = true
            return true
        }
        if isNew { wake() }
    }

    /// Tells the lane that a schema has come, or why it does not: what waits for one asks again.
    public func schemasChanged() {
        state.withLock { $0.hasOtherSchemas = true }
        wake()
    }

    /// How far the lane of a build may read; nil until that is known.
    public var ceilings: [Ceiling]? { state.withLock { $0.ceilings } }

    private func wake() {
        var one: UInt8 = 1
        _ = unsafe write(writeDescriptor, &one, 1)
    }

    /// What is there for the lane, each thing once.
    struct News {
        var isStopRequested: Bool
        var findings: [LogFindings] = []
        var added: [(topic: Int, partition: Int32)] = []
        var ceilings: [Ceiling]?
        var hasOtherSchemas = false
    }

    func take() -> News {
        state.withLock { state in
            var news = News(isStopRequested: state.isStopRequested)
            guard !state.findings.isEmpty || !state.added.isEmpty || state.hasNewCeilings || state.hasOtherSchemas
            else {
                return news
            }
            swap(&news.findings, &state.findings)
            swap(&news.added, &state.added)
            if state.hasNewCeilings { news.ceilings = state.ceilings }
            state.hasNewCeilings = false
            swap(&news.hasOtherSchemas, &state.hasOtherSchemas)
            return news
        }
    }

    public var isStopRequested: Bool { state.withLock { $0.isStopRequested } }
    public var snapshot: LaneSnapshot { state.withLock { $0.snapshot } }

    func clear() {
        var bytes: (UInt64, UInt64) = (0, 0)
        _ = unsafe read(descriptor, &bytes, 16)
    }

    /// The lane is about to wait for something; nil: it goes on.
    func wait(for wait: LaneWait?) { state.withLock { $0.snapshot.wait = wait } }

    /// An error of the whole consumer, by Kafka's name for it.
    func countError(_ name: String) { state.withLock { $0.snapshot.kafkaErrors[name, default: 0] += 1 } }

    func publish(statistics: [UInt8]) {
        state.withLock { state in
            state.snapshot.statistics = statistics
            state.snapshot.statisticsCount += 1
        }
    }

    func publish(_ machine: borrowing LaneMachine, _ group: GroupSeat, _ times: LaneTimes, now: Int64) {
        let counters = machine.counters
        let isAway = machine.isAway
        state.withLock { state in
            guard now - state.snapshot.at >= 100 || isAway != state.snapshot.isAway else { return }
            state.snapshot.at = now
            state.snapshot.counters = counters
            state.snapshot.isAway = isAway
            state.snapshot.hasJoined = group.hasJoined
            state.snapshot.rebalances = group.rebalances
            state.snapshot.times = times
            state.snapshot.meter = machine.meter
            state.snapshot.unknownTypes = machine.projector.unknownTypes
            state.snapshot.partitions = machine.slots.map { slot in
                LaneSnapshot.Partition(machine.table[slot])
            }
        }
    }
}
