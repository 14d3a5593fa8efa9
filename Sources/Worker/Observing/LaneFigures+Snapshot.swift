import Bytes
import Observing
import Projections

extension LaneFigures {
    /// What a lane last said of itself; `now` is by the lane's clock and `wall` by the system's.
    init(_ snapshot: LaneSnapshot, lane: Int, topics names: [String], now: Int64, wall: Int64) {
        // A lane that has not begun has said nothing, and one that has ended says so once.
        let isRunning = snapshot.at > 0 && snapshot.at < .max
        self.init(lane: lane, tickedAt: isRunning ? wall - (now - snapshot.at) : wall)
        wait = snapshot.wait?.rawValue
        hasJoined = snapshot.hasJoined
        isAway = snapshot.isAway
        topics = zip(names, snapshot.meter.topics).map { TopicFigures($0, $1) }
        let counters = snapshot.counters
        changes = counters.changes
        commands = counters.commands
        transactions.applied = counters.applied
        transactions.fenced = counters.fenced
        transactions.refused = counters.refused
        transactions.unknown = counters.unknown
        transactions.damaged = counters.damaged
        rewinds = counters.rewinds
        rebalances = snapshot.rebalances
        reconnects = max(0, counters.connects - 1)
        let meter = snapshot.meter
        duration = Histogram(meter.duration, LaneMeter.durationBounds, perUnit: 1_000)
        events = Histogram(meter.events, LaneMeter.eventBounds, perUnit: 1)
        freshness = Histogram(meter.freshness, LaneMeter.freshnessBounds, perUnit: 1_000)
        age = Histogram(meter.age, LaneMeter.freshnessBounds, perUnit: 1_000)
        phases = PhaseFigures(snapshot.times)
        let types = snapshot.unknownTypes
        unknownTypes = zip(types.names, types.counts).map { (readableText($0), $1) }
        if types.others > 0 { unknownTypes.append(("other", types.others)) }
        partitions = snapshot.partitions.map { PartitionFigures($0) }
    }
}

extension TopicFigures {
    fileprivate init(_ name: String, _ counts: EventCounts) {
        self.init(topic: name)
        folded = counts.folded
        ignored = counts.ignored
        parked = counts.parked
        skipped = counts.skipped
        replayed = counts.replayed
        bytes = counts.bytes
    }
}

extension Histogram {
    /// From a lane's counts, whose bounds are so many times as large.
    fileprivate init(_ counts: BucketCounts, _ bounds: [Double], perUnit: Double) {
        self.init(bounds: bounds.map { $0 / perUnit }, counts: counts.counts(bounds), sum: counts.sum / perUnit)
    }
}

extension PhaseFigures {
    fileprivate init(_ times: LaneTimes) {
        self.init()
        fold = Double(times.fold) / 1_000
        redis = Double(times.redis) / 1_000
        kafka = Double(times.kafka) / 1_000
        idle = Double(times.idle) / 1_000
    }
}

extension PartitionFigures {
    fileprivate init(_ partition: LaneSnapshot.Partition) {
        self.init(topic: partition.topic, partition: partition.partition)
        next = partition.next >= 0 ? partition.next : nil
        ceiling = partition.ceiling
        haltCode = partition.haltReason?.code.rawValue
        parkedEvents = Int64(partition.parkedEvents)
        parkedKeys = Int64(partition.parkedKeys)
    }
}
