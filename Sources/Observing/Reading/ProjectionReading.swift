import Bytes
import Projections
import Records
import Redis

/// What Redis holds of one projection.
struct ProjectionReading: Sendable {
    /// What is in the home database.
    var finding: GenerationFinding
    /// All of its generations.
    var places: [GenerationPlace]
    /// Why a worker cannot run it now.
    var blocked: String?
    /// Of the live generation.
    var partitions: [StoredPartition] = []
    /// Of generations in other databases, as far as it could be read.
    var beside: [BesideReading] = []
    /// What was verified of the live generation, for each view that was.
    var verified: [String: VerifiedRows] = [:]
    /// What operators asked of parked events and no lane has carried out.
    var requests: Int64 = 0

    init(finding: GenerationFinding, places: [GenerationPlace]) {
        self.finding = finding
        self.places = places
    }

    /// Reads it; the connection is in the home database.
    init(
        _ subject: StatusSubject, _ places: [GenerationPlace], _ logs: [String: TopicLogs],
        _ oldestParked: inout OldestParked, _ redis: inout RedisConnection
    ) throws {
        let plan = subject.plan
        let keys = KeySpace(projection: plan.name)
        self.places = places
        finding = try GenerationFinding.read(plan.name, topics: plan.topics.map(\.name), &redis)
        var commands = CommandBuffer()
        commands.command("GET", keys.blocked)
        commands.command("HLEN", keys.requests)
        commands.command("HGETALL", keys.growth)
        commands.begin(2 + plan.views.count)
        commands.argument("HMGET")
        commands.argument(text: keys.about)
        for view in plan.views { commands.argument(text: About.verified(view.name)) }
        let replies = try redis.roundTrip(commands)
        blocked = replies[0].text
        requests = replies[1].integer ?? 0
        guard case .found(let record) = finding else { return }
        for (view, text) in zip(plan.views, replies[3].elements ?? []) {
            verified[view.name] = text.text.flatMap { VerifiedRows(text: $0) } ?? VerifiedRows()
        }
        let growth = GrowthRecord(replies[2].elements ?? [])
        var known: [Int] = []
        var wanted: [(topic: String, partition: Int32)] = []
        for topic in plan.topics {
            known.append(Int(growth.known(topic.name) ?? 0))
            let count = max(known.last ?? 0, logs[topic.name]?.bounds?.count ?? 0)
            wanted += (0..<Int32(count)).map { (topic.name, $0) }
        }
        partitions = try StoredPartition.read(wanted, of: record.identifier, keys, &redis)
        try oldestParked.fill(&partitions, of: record.identifier, keys, &redis)
        beside = try BesideReading.read(
            places.filter { $0.database != subject.home }, partitions, keys, home: subject.home, &redis)
        for index in partitions.indices {
            let (topic, partition) = (partitions[index].topic, Int(partitions[index].partition))
            let count = plan.topics.firstIndex { $0.name == topic }.map { known[$0] } ?? 0
            partitions[index].isExpected = partition < count
            partitions[index].isGone = logs[topic]?.bounds.map { partition >= $0.count } ?? false
        }
    }
}
