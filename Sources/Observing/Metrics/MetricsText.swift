import Records

/// The metrics of a process as Prometheus's text: what its lanes have measured, and of what is in Redis and Kafka that which
/// concerns their partitions.
///
/// Of a build only `build_…` is told, so that no rate of what is live holds its events.
public struct MetricsText {
    private var writer = MetricsWriter()
    private let model: StatusModel
    private let process: ProcessFigures

    /// The text; `http` is what the gateway has answered.
    public static func text(_ model: StatusModel, _ process: ProcessFigures, http: [HTTPCount] = []) -> String {
        var text = MetricsText(model, process)
        text.write(http)
        return text.writer.text
    }

    /// How many series the text has.
    static func series(_ model: StatusModel, _ process: ProcessFigures) -> Int {
        var text = MetricsText(model, process)
        text.write([])
        return text.writer.series
    }

    private init(_ model: StatusModel, _ process: ProcessFigures) {
        self.model = model
        self.process = process
    }

    private var live: [ProjectionFigures] { process.projections.filter { $0.role == .live } }

    private mutating func write(_ http: [HTTPCount]) {
        writeProcess()
        writeEvents()
        writeTransactions()
        writePartitions()
        writeProjections()
        writeBuilds()
        writeServers()
        writer.begin(.httpRequests)
        for each in http { writer.sample([each.path, "\(each.code)"], each.count) }
    }

    // MARK: This process

    private mutating func writeProcess() {
        writer.begin(.buildInfo)
        writer.sample([process.version], 1)
        writer.begin(.processor)
        writer.sample(real: process.processorSeconds)
        writer.begin(.resident)
        writer.sample(process.residentBytes)
        writer.begin(.openFiles)
        writer.sample(process.openFiles)
        writer.begin(.started)
        writer.sample(real: Double(process.startedAt) / 1_000)
    }

    private mutating func writeEvents() {
        let sums = live.map { ($0.name, LaneSum($0)) }
        writer.begin(.eventsTotal)
        for (name, sum) in sums {
            for topic in sum.topics {
                let outcomes = [
                    ("folded", topic.folded), ("ignored", topic.ignored), ("parked", topic.parked),
                    ("skipped", topic.skipped), ("replayed", topic.replayed),
                ]
                for (outcome, count) in outcomes { writer.sample([name, topic.topic, outcome], count) }
            }
        }
        writer.begin(.eventBytes)
        for (name, sum) in sums { for topic in sum.topics { writer.sample([name, topic.topic], topic.bytes) } }
        writer.begin(.unknownEvents)
        for (name, sum) in sums { for each in sum.unknownTypes { writer.sample([name, each.type], each.count) } }
        writer.begin(.changesTotal)
        for (name, sum) in sums { writer.sample([name], sum.changes) }
        writer.begin(.commandsTotal)
        for (name, sum) in sums { writer.sample([name], sum.commands) }
    }

    private mutating func writeTransactions() {
        let sums = live.map { ($0.name, LaneSum($0)) }
        writer.begin(.transactionsTotal)
        for (name, sum) in sums {
            let all = sum.transactions
            let outcomes = [
                ("applied", all.applied), ("fenced", all.fenced), ("refused", all.refused), ("unknown", all.unknown),
                ("damaged", all.damaged),
            ]
            for (outcome, count) in outcomes { writer.sample([name, outcome], count) }
        }
        writer.begin(.duration)
        for (name, sum) in sums { writer.histogram([name], sum.duration) }
        writer.begin(.transactionEvents)
        for (name, sum) in sums { writer.histogram([name], sum.events) }
        writer.begin(.freshness)
        for (name, sum) in sums { writer.histogram([name], sum.freshness) }
        writer.begin(.age)
        for (name, sum) in sums { writer.histogram([name], sum.age) }
        writer.begin(.phases)
        for (name, sum) in sums {
            let phases = sum.phases
            for (phase, seconds) in [
                ("fold", phases.fold), ("redis", phases.redis), ("kafka", phases.kafka), ("idle", phases.idle),
            ] { writer.sample([name, phase], real: seconds) }
        }
    }

    // MARK: Partitions

    private mutating func writePartitions() {
        typealias Owned = (labels: String, code: [String], own: PartitionFigures, status: PartitionStatus?)
        let owned = live.flatMap { projection -> [Owned] in
            let status = model.projections.first { $0.name == projection.name }
            let known = Dictionary(
                (status?.partitions ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            return projection.lanes.flatMap(\.partitions).map { own in
                let values = [projection.name, own.topic, "\(own.partition)"]
                let labels = MetricsWriter.prepare(MetricFamily.place, values)
                return (labels: labels, code: values + [own.haltCode ?? ""], own: own, status: known[own.name])
            }
        }
        writer.begin(.checkpoint)
        for each in owned { if let next = each.own.next { writer.sample(prepared: each.labels, next) } }
        writer.begin(.low)
        for each in owned { if let low = each.status?.low { writer.sample(prepared: each.labels, low) } }
        writer.begin(.end)
        for each in owned { if let end = each.status?.end { writer.sample(prepared: each.labels, end) } }
        writer.begin(.lag)
        for each in owned {
            if let end = each.status?.end, let next = each.own.next {
                writer.sample(prepared: each.labels, max(0, end - next))
            }
        }
        writer.begin(.lagSeconds)
        for each in owned { if let lag = each.status?.lagSeconds { writer.sample(prepared: each.labels, real: lag) } }
        writer.begin(.advanced)
        for each in owned {
            if let time = each.own.advancedAt { writer.sample(prepared: each.labels, real: Double(time) / 1_000) }
        }
        writer.begin(.margin)
        for each in owned {
            if let left = each.status?.retentionMargin { writer.sample(prepared: each.labels, real: left) }
        }
        writer.begin(.halted)
        for each in owned { if each.own.haltCode != nil { writer.sample(each.code, 1) } }
    }

    // MARK: Projections

    private mutating func writeProjections() {
        writer.begin(.topicPartitions)
        for each in live {
            for topic in each.partitionCounts { writer.sample([each.name, topic.topic], Int64(topic.partitions)) }
        }
        writer.begin(.state)
        for each in live {
            writer.sample([each.name, each.state.rawValue], 1)
            let status = model.projections.first { $0.name == each.name }
            if status?.state == GenerationRecord.State.draining.rawValue { writer.sample([each.name, "draining"], 1) }
        }
        writer.begin(.generation)
        for each in live {
            if let number = each.generation { writer.sample([each.name, "\(number)", each.identifier ?? ""], 1) }
        }
        let sums = live.map { ($0, LaneSum($0)) }
        writer.begin(.rewinds)
        for (each, sum) in sums { writer.sample([each.name], sum.rewinds) }
        writer.begin(.rebalances)
        for (each, sum) in sums { writer.sample([each.name], sum.rebalances) }
        writer.begin(.requests)
        for each in live {
            let status = model.projections.first { $0.name == each.name }
            if let status { writer.sample([each.name], status.requests) }
        }
        writer.begin(.parkedEvents)
        for (each, sum) in sums { writer.sample([each.name], sum.parkedEvents) }
        writer.begin(.parkedKeys)
        for (each, sum) in sums { writer.sample([each.name], sum.parkedKeys) }
        writer.begin(.parkedRatio)
        for (each, sum) in sums where each.parkedLimit > 0 {
            writer.sample([each.name], real: Double(sum.mostParked) / Double(each.parkedLimit))
        }
        writer.begin(.parkedOldest)
        for (each, _) in sums {
            let own = Set(each.lanes.flatMap(\.partitions).map(\.name))
            let status = model.projections.first { $0.name == each.name }
            let times = (status?.partitions ?? []).compactMap { own.contains($0.name) ? $0.parkedSince : nil }
            if let oldest = times.min() { writer.sample([each.name], real: Double(oldest) / 1_000) }
        }
        writer.begin(.tick)
        for each in live {
            for lane in each.lanes { writer.sample([each.name, "\(lane.lane)"], real: Double(lane.tickedAt) / 1_000) }
        }
    }

    private mutating func writeBuilds() {
        let builds = process.projections.filter { $0.role == .build }
        writer.begin(.buildRemaining)
        for each in builds { writer.sample([each.name], LaneSum(each).remaining) }
        writer.begin(.buildThrottled)
        for each in builds { if let reason = each.throttle { writer.sample([each.name, reason], 1) } }
        writeBeside()
    }

    /// What Redis and Kafka say of the other generations, and of whether there could be another one.
    private mutating func writeBeside() {
        let own = Set(live.map(\.name))
        let projections = model.projections.filter { own.contains($0.name) }
        let builds = projections.map { ($0.name, $0.builds.filter { !$0.isFormer }) }
        let former = projections.compactMap { one in one.builds.first { $0.isFormer }.map { (one.name, $0) } }
        writer.begin(.buildRatio)
        for (name, builds) in builds {
            let newest = builds.max { $0.number < $1.number }
            if let ratio = newest?.ratio { writer.sample([name], real: ratio) }
        }
        writer.begin(.buildStarted)
        for (name, builds) in builds {
            if let oldest = builds.compactMap(\.builtAt).min() { writer.sample([name], real: Double(oldest) / 1_000) }
        }
        writer.begin(.rebuildable)
        for each in projections {
            if let time = each.rebuildableUntil { writer.sample([each.name], real: Double(time) / 1_000) }
        }
        writer.begin(.rollbackUntil)
        for (name, build) in former {
            if let time = build.keptUntil { writer.sample([name], real: Double(time) / 1_000) }
        }
        writer.begin(.rollbackEstimate)
        for (name, build) in former { if let time = build.secondsToLive { writer.sample([name], real: time) } }
        writer.begin(.verifiedRows)
        for each in projections {
            for (view, rows) in each.verified.sorted(by: { $0.key < $1.key }) {
                writer.sample([each.name, view, "same"], rows.same)
                writer.sample([each.name, view, "different"], rows.different)
            }
        }
        writer.begin(.verifiedAt)
        for each in projections {
            for (view, rows) in each.verified.sorted(by: { $0.key < $1.key }) where rows.at > 0 {
                writer.sample([each.name, view], real: Double(rows.at) / 1_000)
            }
        }
    }

    // MARK: Servers

    private mutating func writeServers() {
        let (redis, kafka) = (model.redis, process.kafka)
        writer.begin(.workers)
        if redis.isUp { writer.sample(Int64(model.workers.count)) }
        writer.begin(.redisUp)
        writer.sample(redis.isUp ? 1 : 0)
        writer.begin(.redisMemory)
        if let bytes = redis.memoryBytes, redis.isUp { writer.sample(bytes) }
        writer.begin(.redisMaximum)
        if let bytes = redis.memoryMaxBytes, redis.isUp { writer.sample(bytes) }
        writer.begin(.redisRoundTrip)
        if let time = redis.roundTripMilliseconds, redis.isUp { writer.sample(real: time / 1_000) }
        writer.begin(.redisReconnects)
        writer.sample(live.reduce(0) { $0 + LaneSum($1).reconnects })
        writer.begin(.kafkaUp)
        if let isUp = model.kafka.isUp { writer.sample(isUp ? 1 : 0) }
        writer.begin(.kafkaBrokers)
        if let brokers = kafka.brokersUp { writer.sample(brokers) }
        writer.begin(.kafkaErrors)
        for error in kafka.errors { writer.sample([error.code], error.count) }
        writer.begin(.kafkaQueue)
        if let bytes = kafka.queuedBytes { writer.sample(bytes) }
        writer.begin(.kafkaThrottle)
        if let seconds = kafka.throttledSeconds { writer.sample(real: seconds) }
    }
}
