public import Projections
import Records

/// What a lane last said of itself.
public struct LaneSnapshot: Sendable {
    public enum Phase: Sendable, Equatable {
        /// Its checkpoint is read, or compared with the log, or it waits for that.
        case starting
        case folding
        case halted
    }

    public struct Partition: Sendable {
        public var topic: String
        public var partition: Int32
        /// The checkpoint as Redis acknowledged it; −1 before it is known.
        public var next: Int64
        public var end: Int64
        public var phase: Phase
        /// Why it is halted.
        public var haltReason: HaltReason?
        /// Of a build: the first offset that it may not read yet; nil for what is live.
        public var ceiling: Int64?
        public var parkedEvents: Int
        public var parkedKeys: Int

        init(_ partition: Worker.Partition) {
            topic = partition.topicName
            self.partition = partition.partition
            next = partition.checkpoint.acknowledged ?? -1
            end = partition.feed.end ?? -1
            haltReason = partition.haltReason
            ceiling = partition.feed.ceiling == .max ? nil : partition.feed.ceiling
            parkedEvents = partition.held.parked.count
            parkedKeys = partition.held.parked.keyCount
            phase = partition.isFolding ? .folding : partition.isHalted ? .halted : .starting
        }
    }

    /// Monotonic milliseconds.
    public var at: Int64 = 0
    public var counters = LaneCounters()
    /// Events that passed because no view has a rule for their type.
    public var unknownTypes = TypeCounts()
    public var isAway = true
    /// Whether it knows which partitions are its own: what it lacks is another member's.
    public var hasJoined = false
    public var partitions: [Partition] = []
    public var meter = LaneMeter(topics: 0)
    public var times = LaneTimes()
    public var rebalances: Int64 = 0
    /// Errors of the whole consumer, by Kafka's name.
    public var kafkaErrors: [String: Int64] = [:]
    /// librdkafka's statistics as they came last, and how often they came.
    public var statistics: [UInt8] = []
    public var statisticsCount = 0
    /// What it waits for in the middle of its loop.
    public var wait: LaneWait?
}
