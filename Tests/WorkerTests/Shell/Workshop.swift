import Formats
import Glibc
import Kafka
import PatientRedis
import Projections
import Records
import Redis
import RedisServer
import Synchronization
import Testing

@testable import Worker

/// A whole worker of one lane on librdkafka's embedded cluster and a real Redis; topic `t`, one partition.
final class Workshop {
    let server: RedisServer
    let keys = KeySpace(projection: "p")
    private(set) var runner: ProjectionRunner
    private let cluster: MockCluster
    private var producer: Producer
    private(set) var sent: Int64 = 0
    private let reports: Reports
    private let settings: ProjectionSettings

    /// What the worker said.
    final class Reports: Sendable {
        let texts = Mutex<[String]>([])
        let generations = Mutex<[(database: Int, projectors: Int)]>([])
    }

    init(
        plan: ProjectionPlan = World.plan(onError: "park"),
        limits: @escaping @Sendable (inout LaneSettings) -> Void = { _ in }
    ) throws {
        server = try RedisServer()
        cluster = try MockCluster()
        try cluster.createTopic("t", partitions: 1)
        let kafka = [("bootstrap.servers", cluster.bootstrapServers)]
        producer = try Producer(properties: kafka + [("linger.ms", "1")], clientID: "workshop")
        var settings = ProjectionSettings(
            plan: plan, fingerprint: "f", kafka: kafka + [("fetch.wait.max.ms", "20")],
            redis: RedisOptions(address: try RedisAddress(server.url)))
        settings.fixed = .all
        settings.asksForTopicSettings = false
        settings.adjust = limits
        let reports = Reports()
        self.reports = reports
        self.settings = settings
        runner = Self.runner(settings, reports)
    }

    private static func runner(_ settings: ProjectionSettings, _ reports: Reports) -> ProjectionRunner {
        let plan = settings.plan
        return ProjectionRunner(
            settings: settings,
            makeProjectors: { generation in
                let index = reports.generations.withLock { generations in
                    generations.append((generation.database, 0))
                    return generations.count - 1
                }
                return {
                    reports.generations.withLock { $0[index].projectors += 1 }
                    return JSONProjector(plan: plan)
                }
            },
            log: { report in reports.texts.withLock { $0.append("\(report)") } })
    }

    /// The databases of the generations that were folded, and how many projectors each was given.
    var generations: [(database: Int, projectors: Int)] { reports.generations.withLock { $0 } }

    /// Another projection on the same topic and Redis.
    func another(_ name: String) throws -> ProjectionRunner {
        var settings = settings
        settings.plan = try Stage.plan(name, key: "\(name):{@key}")
        return Self.runner(settings, reports)
    }

    /// The same projection with another definition, in a worker that builds it by itself.
    func changed(
        fingerprint: String, version: Int, onChange: WorkerSettings.OnChange = .rebuild
    ) -> ProjectionRunner {
        var settings = settings
        settings.fingerprint = fingerprint
        settings.plan.version = version
        settings.onChange = onChange
        return Self.runner(settings, reports)
    }

    /// The same projection in two lanes that are static members of a group.
    func twoMembers() -> ProjectionRunner {
        var settings = settings
        settings.fixed = nil
        settings.lanes = 2
        settings.instanceID = "member"
        settings.kafka.append(("heartbeat.interval.ms", "100"))
        return Self.runner(settings, reports)
    }

    /// The same projection as the only lane of a member of a group.
    func member() -> ProjectionRunner {
        var settings = settings
        settings.fixed = nil
        return Self.runner(settings, reports)
    }

    /// The same projection for these partitions only.
    func reading(_ partitions: [Int32]) -> ProjectionRunner {
        var settings = settings
        settings.fixed = .only(partitions)
        return Self.runner(settings, reports)
    }

    /// The same projection with librdkafka's debugging on, whose reports go to `log` as well.
    func debugging(_ log: WorkerLog) -> ProjectionRunner {
        var settings = settings
        settings.kafka.append(("debug", "topic"))
        let (plan, reports) = (settings.plan, reports)
        return ProjectionRunner(settings: settings, makeProjectors: { _ in { JSONProjector(plan: plan) } }) { report in
            reports.texts.withLock { $0.append("\(report)") }
            log.write(report)
        }
    }

    /// Whether librdkafka said something.
    var hasLogged: Bool { reports.texts.withLock { $0.contains { $0.hasPrefix("kafkaLog") } } }

    /// The next requests of that kind fail so, one each.
    func fail(_ request: MockCluster.Request, with faults: [MockCluster.Fault]) { cluster.fail(request, with: faults) }

    func createTopic(_ name: String) throws { try cluster.createTopic(name, partitions: 1) }

    /// What `status` is told of the partition.
    func note(_ redis: inout RedisConnection) throws -> String {
        let record = try redis.command("GET", keys.generation).text.flatMap { GenerationRecord(text: $0) }
        return try redis.command("HGET", keys.about, About.state(record?.identifier ?? "", "t", 0)).text ?? ""
    }

    /// One member's next heartbeat is answered with the news that another process has its instance id.
    func fenceOneMember() { cluster.fail(.heartbeat, with: [.fencedInstance]) }

    /// Another worker, in the place of the one that ended.
    func renew() { runner = Self.runner(settings, reports) }

    deinit { end() }

    var log: String { reports.texts.withLock { $0.suffix(20).joined(separator: "\n") } }

    func connection(_ database: Int = 0) throws -> RedisConnection {
        let options = try RedisOptions(patient: server.url)
        return try .open(options.selecting(database))
    }

    /// Answers its offset.
    @discardableResult
    func send(key: String, value: String) throws -> Int64 {
        try producer.produce(topic: "t", partition: 0, key: Array(key.utf8), value: Array(value.utf8))
        sent += 1
        return sent - 1
    }

    func flush() throws {
        try producer.flush(timeoutMilliseconds: 60_000)
        try #require(producer.failedCount == 0)
    }

    /// Asks again and again, without hurry, until it holds or much time has passed.
    func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
        for _ in 0..<12_000 {
            if try condition() { return true }
            _ = poll(nil, 0, 10)
        }
        return false
    }

    func next(_ redis: inout RedisConnection) throws -> Int64 {
        let text = try redis.command("GET", keys.checkpoint("t", 0)).bytes
        return text.flatMap { Checkpoint(text: $0) }?.next ?? -1
    }

    func waitUntilDone() throws {
        var redis = try connection()
        let isDone = try eventually { try next(&redis) >= sent }
        let reached = try next(&redis)
        try #require(isDone, "\(reached) of \(sent): \(log)")
    }

    /// Drains the lane.
    func end() {
        runner.stop()
        _ = eventually { runner.hasEnded }
    }
}
