/// What all lanes of a projection in this process have counted together.
struct LaneSum {
    /// In the order of the first lane that has each.
    private(set) var topics: [TopicFigures] = []
    private(set) var unknownTypes: [(type: String, count: Int64)] = []
    private(set) var changes: Int64 = 0
    private(set) var commands: Int64 = 0
    private(set) var transactions = TransactionFigures()
    private(set) var duration = Histogram(bounds: LaneFigures.durationBounds)
    private(set) var events = Histogram(bounds: LaneFigures.eventBounds)
    private(set) var freshness = Histogram(bounds: LaneFigures.freshnessBounds)
    private(set) var age = Histogram(bounds: LaneFigures.freshnessBounds)
    private(set) var phases = PhaseFigures()
    private(set) var rewinds: Int64 = 0
    private(set) var rebalances: Int64 = 0
    private(set) var reconnects: Int64 = 0
    private let partitions: [PartitionFigures]

    init(_ projection: ProjectionFigures) {
        partitions = projection.lanes.flatMap(\.partitions)
        for lane in projection.lanes {
            for topic in lane.topics { add(topic) }
            for each in lane.unknownTypes { add(each.type, each.count) }
            changes += lane.changes
            commands += lane.commands
            transactions.add(lane.transactions)
            duration.add(lane.duration)
            events.add(lane.events)
            freshness.add(lane.freshness)
            age.add(lane.age)
            phases.add(lane.phases)
            rewinds += lane.rewinds
            rebalances += lane.rebalances
            reconnects += lane.reconnects
        }
    }

    private mutating func add(_ topic: TopicFigures) {
        if let index = topics.firstIndex(where: { $0.topic == topic.topic }) {
            topics[index].add(topic)
        } else {
            topics.append(topic)
        }
    }

    private mutating func add(_ type: String, _ count: Int64) {
        if let index = unknownTypes.firstIndex(where: { $0.type == type }) {
            unknownTypes[index].count += count
        } else {
            unknownTypes.append((type, count))
        }
    }

    var parkedEvents: Int64 { partitions.reduce(0) { $0 + $1.parkedEvents } }
    var parkedKeys: Int64 { partitions.reduce(0) { $0 + $1.parkedKeys } }
    /// Of the partition that has most.
    var mostParked: Int64 { partitions.map(\.parkedEvents).max() ?? 0 }
    /// Of a build: how far its partitions are from where they may read.
    var remaining: Int64 {
        partitions.reduce(0) { sum, each in
            guard let ceiling = each.ceiling, let next = each.next else { return sum }
            return sum + max(0, ceiling - next)
        }
    }
}
